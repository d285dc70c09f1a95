import type { Identity } from '../../api/identities.ts';
import type { Pool, PoolSettings } from '../../api/pools.ts';

/** Seconds that credentials live unless the pool says otherwise. */
const standardLifetime = 3600;
/** Seconds that a role's session can live at most; in the classic flow apps ask for that themselves. */
const longestLifetime = 12 * 3600;
/** Seconds by which the note of when an identity was seen can be late. */
const noted = 60;

/** Until when an identity can hold credentials, in seconds since the epoch; undefined when it holds none any more. */
export function sessionsEnd(
  { Enabled, LastSeenDate }: Pick<Identity, 'Enabled' | 'LastSeenDate'>,
  { AllowClassicFlow = false }: Pick<Pool, 'AllowClassicFlow'>,
  { CredentialLifetime = standardLifetime }: Pick<PoolSettings, 'CredentialLifetime'>,
  now: number,
): number | undefined {
  const lifetime = AllowClassicFlow ? longestLifetime : CredentialLifetime;
  const end = LastSeenDate + noted + lifetime;
  return Enabled && end > now ? end : undefined;
}
