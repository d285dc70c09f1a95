import { type CompiledPolicy, compilePolicy, parsePolicy } from '@daypass/policy';
import type { Clock } from '../clock.ts';
import { cachedCollection } from '../store/cached-collection.ts';
import type { UserDocument } from '../store/documents.ts';
import type { Store } from '../store/store.ts';
import { type Place, userArn } from './arn.ts';

/** An IAM user with its inline policies compiled. */
export interface User {
  readonly document: UserDocument;
  readonly arn: string;
  readonly inline: readonly CompiledPolicy[];
}

export interface Users {
  byName(userName: string): Promise<User | undefined>;
  /** Makes a change of the user's document effective here at once. */
  forget(userName: string): void;
}

export function openUsers(options: { store: Store; clock: Clock; place: Place }): Users {
  const { store, clock, place } = options;
  const users = cachedCollection({
    collection: store.collection('users'),
    clock,
    prepare: (document): User => ({
      document,
      arn: userArn(place, document.path, document.userName),
      inline: Object.entries(document.inlinePolicies).map(([name, text]) =>
        compilePolicy(parsePolicy(text, 'identity'), `policy ${name} of user ${document.userName}`),
      ),
    }),
  });
  return {
    byName: (userName) => users.get(userName.toLowerCase()),
    forget: (userName) => users.forget(userName.toLowerCase()),
  };
}
