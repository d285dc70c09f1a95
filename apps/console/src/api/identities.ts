import type { Api } from './client.ts';

export interface Login {
  readonly Provider: string;
  readonly Subject: string;
}

/** An identity as FindIdentities shows it; times in seconds since the epoch. */
export interface Identity {
  readonly IdentityId: string;
  readonly Logins: readonly Login[];
  readonly Enabled: boolean;
  readonly CreationDate: number;
  readonly LastModifiedDate: number;
  readonly LastSeenDate: number;
}

export interface Search {
  readonly provider: string;
  /** The beginning of the subject. */
  readonly subject: string;
  /** The beginning of the id, with or without its region. */
  readonly id: string;
  /** Undefined: whether they are enabled or not. */
  readonly enabled?: boolean | undefined;
}

export interface Found {
  readonly Identities: readonly Identity[];
  readonly NextToken?: string;
}

/** A page of the identities of a pool that meet what was searched for. */
export function findIdentities(
  api: Api,
  pool: string,
  { provider, subject, id, enabled }: Search,
  { next, most = 25 }: { readonly next?: string | undefined; readonly most?: number } = {},
): Promise<Found> {
  const region = pool.slice(0, pool.indexOf(':') + 1);
  return api.daypass('FindIdentities', {
    IdentityPoolId: pool,
    MaxResults: most,
    NextToken: next,
    Enabled: enabled,
    ...(provider !== '' && { Provider: provider }),
    ...(subject !== '' && { SubjectPrefix: subject }),
    ...(id !== '' && { IdentityIdPrefix: id.includes(':') ? id : region + id }),
  });
}

/** One identity. Throws when the pool has none of that id. */
export async function readIdentity(api: Api, pool: string, id: string): Promise<Identity> {
  const search = { provider: '', subject: '', id };
  const { Identities } = await findIdentities(api, pool, search, { most: 1 });
  const identity = Identities.find(({ IdentityId }) => IdentityId === id);
  if (identity === undefined) throw new Error(`The pool has no identity ${id}.`);
  return identity;
}

export function isGuest({ Logins }: Identity): boolean {
  return Logins.length === 0;
}
