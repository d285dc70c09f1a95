import { type Credentials, type State, signedOut } from './machine.ts';
import type { AuthStorage } from './storage/storage.ts';

/** The one place the state is kept: the storage is the truth, memory holds only what must or could not be stored. */
export interface Vault {
  load(): Promise<State>;
  save(state: State): Promise<void>;
}

/** A vault under `key`; without `persistToken` the provider's token stays in memory. */
export function createVault(storage: AuthStorage, key: string, persistToken: boolean): Vault {
  let last: { state: State; text: string | null; stored: boolean } | undefined;

  return {
    async load() {
      const before = last;
      let text: string | null = null;
      try {
        text = (await storage.getItem(key)) ?? null;
      } catch {
        return last?.state ?? signedOut;
      }
      // Saved while the storage was slow to answer: what was read is old.
      if (last && (last !== before || !last.stored || last.text === text)) return last.state;
      last = { state: withTokenOf(last?.state, parse(text)), text, stored: true };
      return last.state;
    },

    async save(state) {
      const text = state.kind === 'signedOut' ? null : serialise(state, persistToken);
      const saved = { state, text, stored: false };
      last = saved;
      try {
        await (text === null ? storage.removeItem(key) : storage.setItem(key, text));
        saved.stored = true;
      } catch {
        // Full or forbidden storage costs the next page load a request, not this one its session.
      }
    },
  };
}

function serialise(state: State, persistToken: boolean): string {
  return JSON.stringify({ ...state, ...(!persistToken && { token: undefined }), version: 1 });
}

/** Another tab stored the same federation without its token: the one in memory is still good. */
function withTokenOf(known: State | undefined, read: State): State {
  const same =
    known?.kind === 'federated' &&
    read.kind === 'federated' &&
    known.provider === read.provider &&
    known.identityId === read.identityId;
  return same ? { ...read, token: read.token ?? known.token } : read;
}

/** The state in `text`; whatever is corrupt, foreign or older reads as signed out and is replaced by the next save. */
function parse(text: string | null): State {
  try {
    return stateOf(JSON.parse(text ?? 'null')) ?? signedOut;
  } catch {
    return signedOut;
  }
}

function stateOf(stored: Record<string, unknown>): State | undefined {
  const { version, kind } = stored;
  const [identityId, provider, userSub] = [stored.identityId, stored.provider, stored.userSub].map(textOf);
  if (version !== 1 || !identityId) return undefined;
  const credentials = credentialsIn(stored.credentials);
  if (kind === 'guest') return { kind, identityId, credentials };
  if (kind === 'userPool' && credentials && userSub) return { kind, identityId, credentials, userSub };
  if (!provider) return undefined;
  const login = { provider, customRoleArn: textOf(stored.customRoleArn) };
  if (kind === 'expired') return { kind, identityId, ...login };
  if (kind !== 'federated' || !credentials) return undefined;
  return { kind, identityId, credentials, ...login, token: textOf(stored.token) };
}

function credentialsIn(stored: unknown): Credentials | undefined {
  const of: Record<string, unknown> = Object(stored);
  const accessKeyId = textOf(of.accessKeyId);
  const secretAccessKey = textOf(of.secretAccessKey);
  const sessionToken = textOf(of.sessionToken);
  const expiration = new Date(textOf(of.expiration) ?? '');
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(+expiration)) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

const textOf = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
