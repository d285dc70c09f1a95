import type { Context } from '@daypass/policy';
import type { Store } from '../store/store.ts';
import { type Place, policyArn, policyNameOf, roleArn, userArn } from './arn.ts';
import type { Caller } from './caller.ts';

/** What is acted on, as a denial names it and as policies see it. */
export interface Resource {
  readonly shown: string;
  readonly arn: string;
  /** Condition keys that follow from the resource, in lower case: its tags and its permissions boundary. */
  readonly context: Context;
}

/** Finds what an operation acts on. */
export type FindResource = (resource: string, caller: Caller) => Promise<Resource>;

/** What is stored of a resource, as far as policies ask for it. */
interface Described {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly permissionsBoundaryArn?: string | undefined;
}

/**
 * IAM's operations name a role or a user without its path (`role Players`, `user backend`; `user` alone is the caller)
 * and a managed policy by its ARN (`policy arn:…`); denials repeat that, while policies speak of the whole ARN. What is
 * not one of these is an ARN already. Source: IAM's own denials, and the Service Authorization Reference.
 */
export function resourceFinder({ store, place }: { store: Store; place: Place }): FindResource {
  async function role(name: string): Promise<Described> {
    const stored = (await store.collection('roles').get(name.toLowerCase()))?.value;
    return stored === undefined
      ? { arn: roleArn(place, '/', name), tags: {} }
      : { ...stored, arn: roleArn(place, stored.path, stored.roleName) };
  }

  async function user(name: string): Promise<Described> {
    const stored = (await store.collection('users').get(name.toLowerCase()))?.value;
    return stored === undefined
      ? { arn: userArn(place, '/', name), tags: {} }
      : { ...stored, arn: userArn(place, stored.path, stored.userName) };
  }

  async function policy(arn: string): Promise<Described> {
    const name = policyNameOf(place, arn);
    const stored = name && (await store.collection('policies').get(name.toLowerCase()))?.value;
    return stored && policyArn(place, stored.path, stored.policyName) === arn
      ? { arn, tags: stored.tags }
      : { arn, tags: {} };
  }

  async function accessKey(accessKeyId: string): Promise<Described> {
    const owner = (await store.collection('access_keys').get(accessKeyId))?.value.owner;
    return owner?.kind === 'user' ? user(owner.userName) : { arn: userArn(place, '/', '*'), tags: {} };
  }

  async function provider(arn: string): Promise<Described> {
    const stored = arn.includes(':oidc-provider/')
      ? await store.collection('oidc_providers').get(arn)
      : await store.collection('saml_providers').get(arn);
    return { arn, tags: stored?.value.tags ?? {} };
  }

  async function describe(resource: string): Promise<Described> {
    const [, kind, name = ''] = /^(role|user|policy path|policy|access key) (.*)$/s.exec(resource) ?? [];
    switch (kind) {
      case 'role':
        return role(name);
      case 'user':
        return user(name);
      case 'policy':
        return policy(name);
      case 'policy path':
        return { arn: policyArn(place, name, ''), tags: {} };
      case 'access key':
        return accessKey(name);
      default:
        return isProvider(resource) ? provider(resource) : { arn: resource, tags: {} };
    }
  }

  return async (resource, caller) => {
    const shown = resource === 'user' && caller.kind === 'user' ? `user ${caller.userName}` : resource;
    const { arn, tags, permissionsBoundaryArn } = await describe(shown);
    const context = new Map<string, string>();
    for (const [key, value] of Object.entries(tags)) {
      context.set(`aws:resourcetag/${key.toLowerCase()}`, value);
      context.set(`iam:resourcetag/${key.toLowerCase()}`, value);
    }
    if (permissionsBoundaryArn !== undefined) context.set('iam:permissionsboundary', permissionsBoundaryArn);
    return { shown, arn, context };
  };
}

function isProvider(arn: string): boolean {
  return /^arn:aws:iam::\d{12}:(?:oidc|saml)-provider\//.test(arn);
}
