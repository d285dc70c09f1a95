import { type Credentials, type State, signedOut } from './machine.ts';
import type { AuthStorage } from './storage.ts';

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
      last = { state, text, stored: false };
      try {
        await (text === null ? storage.removeItem(key) : storage.setItem(key, text));
        last = { state, text, stored: true };
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
  return same && known.token !== undefined ? { token: known.token, ...read } : read;
}

/** The state in `text`; whatever is corrupt, foreign or older reads as signed out and is replaced by the next save. */
function parse(text: string | null): State {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isRecord(value) && value.version === 1 ? (stateOf(value) ?? signedOut) : signedOut;
  } catch {
    return signedOut;
  }
}

function stateOf({
  kind,
  identityId,
  credentials: stored,
  ...rest
}: Record<string, unknown>): State | undefined {
  if (!isText(identityId)) return undefined;
  const { provider, token, customRoleArn, userSub } = rest;
  const credentials = credentialsOf(stored);
  if (kind === 'guest') return { kind, identityId, ...(credentials && { credentials }) };
  if (kind === 'userPool' && credentials && isText(userSub))
    return { kind, identityId, credentials, userSub };
  if (!isText(provider)) return undefined;
  const login = { provider, ...(isText(customRoleArn) && { customRoleArn }) };
  if (kind === 'expired') return { kind, identityId, ...login };
  if (kind !== 'federated' || !credentials) return undefined;
  return { kind, identityId, credentials, ...login, ...(isText(token) && { token }) };
}

function credentialsOf(value: unknown): Credentials | undefined {
  if (!isRecord(value)) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken, expiration: at } = value;
  const expiration = new Date(isText(at) ? at : Number.NaN);
  if (!isText(accessKeyId) || !isText(secretAccessKey) || !isText(sessionToken)) return undefined;
  return Number.isNaN(+expiration) ? undefined : { accessKeyId, secretAccessKey, sessionToken, expiration };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
