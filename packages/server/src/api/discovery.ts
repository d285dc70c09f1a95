import type { PoolTokenServices } from '../federation/pool-token.ts';

/** What verifiers of the pools' OpenID tokens fetch. Source: OpenID Connect Discovery 1.0 §4; RFC 7517. */
export interface Discovery {
  /** `maxAge` in seconds. */
  configuration(): { json: object; maxAge: number };
  jwks(): Promise<{ json: object; maxAge: number }>;
}

const hour = 3600;

export function openIdDiscovery({
  issuer,
  signingKeys,
}: Pick<PoolTokenServices, 'issuer' | 'signingKeys'>): Discovery {
  return {
    configuration: () => ({
      maxAge: hour,
      json: {
        issuer: issuer(),
        jwks_uri: `${issuer()}/.well-known/jwks_uri`,
        // Members that the specification asks for; nobody signs in here.
        authorization_endpoint: `${issuer()}/`,
        response_types_supported: ['token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS512', 'RS256'],
        claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'amr'],
      },
    }),
    // An hour, where AWS says thirty days: a new key must be known everywhere soon after it is published.
    jwks: async () => ({ maxAge: hour, json: { keys: await signingKeys.published() } }),
  };
}
