import type { IdentityId, PoolId } from '../../ids.ts';
import type { IdentityWithLogins } from '../../store/store.ts';
import type { ProvenLogin, Reconciliation, Situation } from '../reconcile.ts';

export const developers = 'login.my.backend';
const poolId = 'us-east-1:pool' as PoolId;
export const idOf = (name: string) => `us-east-1:${name}` as IdentityId;

/** `google:ada` is the user `ada` of the provider `google`. */
export function login(text: string): ProvenLogin {
  const [provider = '', subject = ''] = text.split(':');
  return { provider: provider === 'dev' ? developers : provider, subject };
}

export interface Person {
  readonly id: string;
  readonly logins?: readonly string[];
  readonly born?: number;
  readonly disabled?: boolean;
}

export function person({ id, logins = [], born = 1000, disabled = false }: Person): IdentityWithLogins {
  const identityId = idOf(id);
  return {
    identityId,
    poolId,
    enabled: !disabled,
    createdAt: born,
    modifiedAt: born,
    lastSeenAt: born,
    version: 7,
    logins: logins.map((text) => ({ ...login(text), identityId })),
  };
}

export function situation(
  people: readonly IdentityWithLogins[],
  shown: readonly string[],
  asked?: string,
): Situation {
  const logins = shown.map(login);
  const owner = ({ provider, subject }: ProvenLogin) =>
    people.find((one) => one.logins.some((its) => its.provider === provider && its.subject === subject));
  const named = people.find(({ identityId }) => asked !== undefined && identityId === idOf(asked));
  return {
    logins,
    owners: logins.map(owner),
    ...(named && { asked: named }),
    developerProviderName: developers,
  };
}

/** What a reconciliation does, in the words of the tables below. */
export function outcome({ identity, change }: Reconciliation) {
  const name = (id: string) => id.replace('us-east-1:', '');
  const text = ({ provider, subject }: ProvenLogin) =>
    `${provider === developers ? 'dev' : provider}:${subject}`;
  return {
    is: name(identity),
    links: change?.link.map(text) ?? [],
    moves: change?.moveLogins?.map((move) => `${text(move)} ${name(move.from)} > ${name(move.to)}`) ?? [],
    disables: change?.update?.flatMap(({ identityId, enabled }) => (enabled ? [] : [name(identityId)])) ?? [],
  };
}
