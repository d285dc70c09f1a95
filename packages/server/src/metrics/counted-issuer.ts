import type { CredentialIssuer } from '../credentials/issuer.ts';
import type { Metrics } from './metrics.ts';

/** The same issuer, with everything it hands out counted. */
export function countedIssuer(
  issuer: CredentialIssuer,
  { exchanges }: Pick<Metrics, 'exchanges'>,
): CredentialIssuer {
  return {
    async issue(grant) {
      const credentials = await issuer.issue(grant);
      const { provider = 'role', amr = [] } = grant.federation ?? {};
      exchanges.inc(provider, kinds.find((kind) => amr.includes(kind)) ?? 'role');
      return credentials;
    },
  };
}

/** How an identity stood at its pool's door; other sessions are of a role that was assumed directly. */
const kinds = ['authenticated', 'unauthenticated'];
