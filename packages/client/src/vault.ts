import { objectIn } from './json.ts';
import { type Credentials, isSameFederation, type State, signedOut } from './machine.ts';
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
      last = { state: withTokenOf(last?.state, stateIn(text)), text, stored: true };
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
  return read.kind === 'federated' && isSameFederation(read, known)
    ? { ...read, token: read.token ?? known.token }
    : read;
}

/** The state in `text`; whatever is corrupt, foreign or older reads as signed out and is replaced by the next save. */
function stateIn(text: string | null): State {
  const stored = objectIn(() => text);
  const { version, kind } = stored;
  const [identityId, provider, userSub, token, customRoleArn] = texts(
    stored,
    'identityId',
    'provider',
    'userSub',
    'token',
    'customRoleArn',
  );
  if (version !== 1 || !identityId) return signedOut;
  const credentials = credentialsIn(stored);
  if (kind === 'guest') return { kind, identityId, credentials };
  if (kind === 'userPool' && credentials && userSub) return { kind, identityId, credentials, userSub };
  if (kind === 'expired' && provider) return { kind, identityId, provider, customRoleArn };
  if (kind === 'federated' && provider && credentials)
    return { kind, identityId, provider, customRoleArn, credentials, token };
  return signedOut;
}

function credentialsIn({ credentials }: Readonly<Record<string, unknown>>): Credentials | undefined {
  const [accessKeyId, secretAccessKey, sessionToken, expiry = ''] = texts(
    Object(credentials),
    'accessKeyId',
    'secretAccessKey',
    'sessionToken',
    'expiration',
  );
  const expiration = new Date(expiry);
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(+expiration)) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

/** The members that are text, and not empty. */
const texts = (of: Readonly<Record<string, unknown>>, ...names: string[]) =>
  names.map((name) => (typeof of[name] === 'string' && of[name] ? of[name] : undefined));
