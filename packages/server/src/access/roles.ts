import { type CompiledPolicy, compilePolicy, parsePolicy } from '@daypass/policy';
import type { Clock } from '../clock.ts';
import { cachedCollection } from '../store/cached-collection.ts';
import type { RoleDocument } from '../store/documents.ts';
import type { Store } from '../store/store.ts';
import { type Place, roleArn, roleNameOf } from './arn.ts';
import type { SessionCaller } from './caller.ts';
import { compileText } from './written-policy.ts';

/** A role with its policies compiled. */
export interface Role {
  readonly document: RoleDocument;
  readonly arn: string;
  readonly trust: CompiledPolicy;
  /** The inline policies. */
  readonly inline: readonly CompiledPolicy[];
}

export interface Roles {
  byName(roleName: string): Promise<Role | undefined>;
  /** Undefined too when the ARN is of another account or spells the role's path differently. */
  byArn(arn: string): Promise<Role | undefined>;
  /** Makes a change of the role's document effective here at once. */
  forget(roleName: string): void;
}

/** False for a session of an earlier role of this name: a role made anew is another one. */
export function isSessionOf(session: SessionCaller, role: Role): boolean {
  return session.userId.startsWith(`${role.document.roleId}:`);
}

export function openRoles(options: { store: Store; clock: Clock; place: Place }): Roles {
  const { store, clock, place } = options;
  const roles = cachedCollection({
    collection: store.collection('roles'),
    clock,
    prepare: (document) => compile(place, document),
  });
  return {
    byName: (roleName) => roles.get(roleName.toLowerCase()),
    async byArn(arn) {
      const name = roleNameOf(place, arn);
      const role = name === undefined ? undefined : await roles.get(name.toLowerCase());
      return role?.arn === arn ? role : undefined;
    },
    forget: (roleName) => roles.forget(roleName.toLowerCase()),
  };
}

function compile(place: Place, document: RoleDocument): Role {
  const { roleName } = document;
  return {
    document,
    arn: roleArn(place, document.path, roleName),
    trust: compilePolicy(parsePolicy(document.trustPolicy, 'trust'), `trust policy of role ${roleName}`),
    inline: Object.entries(document.inlinePolicies).map(([name, text]) =>
      compileText(text, 'identity', `policy ${name} of role ${roleName}`),
    ),
  };
}
