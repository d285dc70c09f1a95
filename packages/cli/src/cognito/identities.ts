import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ExportLine } from '@daypass/server';
import { Failure } from '../failure.ts';
import { askCognito, cognitoPages, type Source } from './source.ts';

type IdentityLine = Extract<ExportLine, { kind: 'identity' }>;
export type KnownLogin = Pick<IdentityLine, 'logins'>['logins'][number];

/**
 * The login of an identity whose user's name at the provider nobody knows. No token is one of this provider, so the
 * identity stays its owner's: neither a guest nor another user can take it, until an administrator links its user.
 */
export const unknownUser = 'unknown-user.cognito-identity.amazonaws.com';

/** What ListIdentities says of an identity. Source: API reference, IdentityDescription. */
interface Described {
  readonly IdentityId: string;
  /** The providers' names; who the user is there Cognito does not tell. */
  readonly Logins?: readonly string[] | null;
  /** Epoch seconds. */
  readonly CreationDate: number;
  readonly LastModifiedDate: number;
}

/** How many identities there are of which kind. */
export interface Tally {
  guests: number;
  /** All their users are known: developer users, and those of the file. */
  known: number;
  /** Their ids are kept, for users who are not known yet. */
  reserved: number;
  disabled: number;
}

/**
 * The identities of a pool with their ids. Developer users Cognito tells by LookupDeveloperIdentity; others are known as
 * far as `known` has them. Disabled identities are those that ListIdentities leaves out when it is asked to.
 */
export async function* readIdentities(
  source: Source,
  pool: { readonly poolId: string; readonly developerProviderName?: string },
  known: ReadonlyMap<string, readonly KnownLogin[]>,
  tally: Tally,
): AsyncGenerator<IdentityLine> {
  const list = (HideDisabled: boolean) =>
    cognitoPages(source, 'ListIdentities', 'Identities', { IdentityPoolId: pool.poolId, HideDisabled });
  const enabled = new Set<string>();
  for await (const item of list(true)) enabled.add((item as Described).IdentityId);
  const strangers = new Set(known.keys());
  for await (const item of list(false)) {
    const described = item as Described;
    const { IdentityId, CreationDate, LastModifiedDate } = described;
    strangers.delete(IdentityId);
    const isEnabled = enabled.has(IdentityId);
    const logins = await loginsOf(source, pool, described, known.get(IdentityId) ?? []);
    tally[kindOf(isEnabled, logins)]++;
    yield {
      kind: 'identity',
      identityId: IdentityId as IdentityLine['identityId'],
      poolId: pool.poolId as IdentityLine['poolId'],
      enabled: isEnabled,
      createdAt: Math.round(CreationDate * 1000),
      lastSeenAt: Math.round(LastModifiedDate * 1000),
      logins,
    };
  }
  const [stranger] = strangers;
  if (stranger !== undefined) throw new Failure(`the logins name ${stranger}, which the pool does not have.`);
}

function kindOf(isEnabled: boolean, logins: readonly KnownLogin[]): keyof Tally {
  if (!isEnabled) return 'disabled';
  if (logins.length === 0) return 'guests';
  return logins.some(({ provider }) => provider === unknownUser) ? 'reserved' : 'known';
}

async function loginsOf(
  source: Source,
  { poolId, developerProviderName }: { readonly poolId: string; readonly developerProviderName?: string },
  { IdentityId, Logins }: Described,
  known: readonly KnownLogin[],
): Promise<readonly KnownLogin[]> {
  const providers = Logins ?? [];
  for (const { provider } of known) {
    if (!providers.includes(provider))
      throw new Failure(`${IdentityId} has no login of ${provider}, as the logins say it has.`);
  }
  const logins: KnownLogin[] = [];
  for (const provider of providers) {
    const own = known.filter((login) => login.provider === provider);
    if (provider === developerProviderName) {
      for (const subject of await developerUsers(source, poolId, IdentityId))
        logins.push({ provider, subject });
    } else if (own.length > 0) logins.push(...own);
    else logins.push({ provider: unknownUser, subject: `${provider} ${IdentityId}` });
  }
  return logins;
}

async function developerUsers(
  source: Source,
  IdentityPoolId: string,
  IdentityId: string,
): Promise<readonly string[]> {
  const users: string[] = [];
  let NextToken: unknown;
  do {
    const page = await askCognito(source, 'LookupDeveloperIdentity', {
      IdentityPoolId,
      IdentityId,
      MaxResults: 60,
      ...(NextToken !== undefined && { NextToken }),
    });
    users.push(...((page.DeveloperUserIdentifierList ?? []) as string[]));
    NextToken = page.NextToken ?? undefined;
  } while (NextToken !== undefined);
  return users;
}

/** Reads `{"identityId": …, "provider": …, "subject": …}`, one a line. Throws a `Failure` that names the line. */
export async function readKnownLogins(file: string): Promise<ReadonlyMap<string, readonly KnownLogin[]>> {
  const known = new Map<string, KnownLogin[]>();
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    number++;
    if (text.trim() === '') continue;
    const { identityId, provider, subject } = parsed(text) ?? {};
    if (typeof identityId !== 'string' || typeof provider !== 'string' || typeof subject !== 'string') {
      throw new Failure(`line ${number} of ${file} is not {"identityId": …, "provider": …, "subject": …}.`);
    }
    known.set(identityId, [...(known.get(identityId) ?? []), { provider, subject }]);
  }
  return known;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
