import type { Clock } from '../clock.ts';
import type { MasterKey } from '../keys/master.ts';
import { cachedCollection } from '../store/cached-collection.ts';
import type { AccessKeyDocument } from '../store/documents.ts';
import type { Store } from '../store/store.ts';

/** A long-term access key, its secret opened. */
export interface AccessKey {
  readonly owner: AccessKeyDocument['owner'];
  readonly active: boolean;
  readonly secretKey: string;
}

export interface AccessKeys {
  /** Undefined for what is no id of a long-term key. Throws `MasterKeyMismatch`. */
  byId(accessKeyId: string): Promise<AccessKey | undefined>;
  /** Makes a change of the key's document effective here at once. */
  forget(accessKeyId: string): void;
}

export function openAccessKeys(options: { store: Store; master: MasterKey; clock: Clock }): AccessKeys {
  const { store, master, clock } = options;
  const keys = cachedCollection({
    collection: store.collection('access_keys'),
    clock,
    prepare: (document) => document,
  });
  return {
    async byId(accessKeyId) {
      const document = /^AKIA[A-Z2-7]{16}$/.test(accessKeyId) ? await keys.get(accessKeyId) : undefined;
      return (
        document && {
          owner: document.owner,
          active: document.active,
          secretKey: master.unwrap(document.wrappedSecret, purposeOf(accessKeyId)).toString('utf8'),
        }
      );
    },
    forget: keys.forget,
  };
}

/** The secret of an access key as it is stored. */
export function wrapSecret(master: MasterKey, accessKeyId: string, secretKey: string): string {
  return master.wrap(Buffer.from(secretKey), purposeOf(accessKeyId));
}

function purposeOf(accessKeyId: string): string {
  return `access key ${accessKeyId}`;
}
