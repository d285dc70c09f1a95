import { randomFillSync, randomUUID } from 'node:crypto';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `<region>:<uuid>`, as AWS makes them; clients read the region from it. */
export type PoolId = Branded<'PoolId'>;
/** `<region>:<uuid>`, never derived from the login it belongs to. */
export type IdentityId = Branded<'IdentityId'>;

export function newPoolId(region: string): PoolId {
  return `${region}:${randomUUID()}` as PoolId;
}

export function newIdentityId(region: string): IdentityId {
  return `${region}:${randomUUID()}` as IdentityId;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Random bytes fetched ahead: one call of the system for many ids. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/**
 * An AWS unique id: a four-letter prefix that tells the kind (`AROA` a role, `AIDA` a user, `AKIA` a long-term
 * access key, `ASIA` a temporary one) and 80 random bits as 16 base-32 letters.
 * Source: IAM User Guide, "IAM identifiers", unique ID prefixes.
 */
export function uniqueId(prefix: 'AROA' | 'AIDA' | 'AKIA' | 'ASIA' | 'ANPA'): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let id: string = prefix;
  for (const end = used + 16; used < end; used++) id += base32[(pool[used] ?? 0) & 31];
  return id;
}
