import type { Clock } from '../clock.ts';
import type { EmbeddedCredentials } from '../credentials/embedded.ts';
import type { MasterKey } from '../keys/master.ts';
import { cachedCollection } from '../store/cached-collection.ts';
import type { Store } from '../store/store.ts';
import type { Place } from './arn.ts';
import type { Caller } from './caller.ts';

export type OpenedCredentials =
  | { readonly status: 'valid'; readonly secretKey: string; readonly caller: Caller }
  /** `unknown`: no such key, or a token that we did not make; `expired`: past its time. */
  | { readonly status: 'unknown' | 'expired'; readonly reason: string };

/** The secret key and the caller behind an access key id, or why there is none. */
export type OpenCredentials = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => Promise<OpenedCredentials>;

const unknownKey: OpenedCredentials = { status: 'unknown', reason: 'no such access key' };

export function credentialOpener(options: {
  store: Store;
  master: MasterKey;
  clock: Clock;
  place: Place;
  sessions: EmbeddedCredentials;
}): OpenCredentials {
  const { store, master, clock, place, sessions } = options;
  const accessKeys = cachedCollection({
    collection: store.collection('access_keys'),
    clock,
    prepare: (document) => document,
  });

  async function openLongTerm(accessKeyId: string): Promise<OpenedCredentials> {
    const document = /^AKIA[A-Z2-7]{16}$/.test(accessKeyId) ? await accessKeys.get(accessKeyId) : undefined;
    if (document === undefined || !document.active || document.owner.kind !== 'root') return unknownKey;
    const secretKey = master.unwrap(document.wrappedSecret, `access key ${accessKeyId}`).toString('utf8');
    const { account } = place;
    return {
      status: 'valid',
      secretKey,
      caller: { kind: 'root', accessKeyId, arn: `arn:aws:iam::${account}:root`, userId: account, account },
    };
  }

  return async (accessKeyId, sessionToken) => {
    if (sessionToken === undefined) return openLongTerm(accessKeyId);
    const opened = await sessions.open(accessKeyId, sessionToken);
    if (opened === undefined) return { status: 'unknown', reason: 'the session token was not made here' };
    if (opened.session.expiresAt <= clock.now())
      return { status: 'expired', reason: 'the session has expired' };
    return { status: 'valid', secretKey: opened.secretKey, caller: opened.session };
  };
}
