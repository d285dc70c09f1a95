import type { Trail } from '../audit/trail.ts';
import type { ForeignSts } from '../credentials/foreign-sts.ts';
import type { Documents } from '../store/documents.ts';
import type { Collection, Store } from '../store/store.ts';
import type { ProviderFetch } from '../tokens/fetch.ts';
import type { TokenVerifier } from '../tokens/login.ts';
import type { Traces } from './traces.ts';

/** The same store, with a span for every call on behalf of a request. */
export function tracedStore(store: Store, traces: Traces): Store {
  function traced<Args extends unknown[], Result>(
    call: string,
    method: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    return (...args) => traces.part(`store ${call}`, { calls: true }, () => method(...args));
  }

  function collection<Name extends keyof Documents>(name: Name): Collection<Documents[Name]> {
    const { get, list, insert, replace, delete: remove } = store.collection(name);
    return {
      get: traced(`${name}.get`, get),
      list: traced(`${name}.list`, list),
      insert: traced(`${name}.insert`, insert),
      replace: traced(`${name}.replace`, replace),
      delete: traced(`${name}.delete`, remove),
    };
  }

  return {
    ...store,
    collection,
    findLogin: traced('findLogin', store.findLogin),
    getIdentity: traced('getIdentity', store.getIdentity),
    getIdentityWithLogins: traced('getIdentityWithLogins', store.getIdentityWithLogins),
    applyIdentityChange: traced('applyIdentityChange', store.applyIdentityChange),
    findIdentities: traced('findIdentities', store.findIdentities),
    deleteIdentities: traced('deleteIdentities', store.deleteIdentities),
    deleteIdentitiesOfPool: traced('deleteIdentitiesOfPool', store.deleteIdentitiesOfPool),
  };
}

/** The same verifier, with a span for every token. */
export function tracedTokens(tokens: TokenVerifier, traces: Traces): TokenVerifier {
  return {
    ...tokens,
    verify: (key, token, providers) =>
      traces.part('verify token', { attributes: { 'daypass.provider': key } }, () =>
        tokens.verify(key, token, providers),
      ),
    verifyOidcToken: (token, expected) =>
      traces.part('verify token', {}, () => tokens.verifyOidcToken(token, expected)),
    verifySaml: (response, provider) =>
      traces.part('verify assertion', {}, () => tokens.verifySaml(response, provider)),
  };
}

/** The same fetch, with a span for every document; only the first of several who wait for one has it. */
export function tracedFetch(fetch: ProviderFetch, traces: Traces): ProviderFetch {
  return {
    ...fetch,
    get(providerKey, url, options) {
      const attributes = { 'daypass.provider': providerKey, 'server.address': new URL(url).host };
      return traces.part('fetch from provider', { calls: true, attributes }, () =>
        fetch.get(providerKey, url, options),
      );
    },
  };
}

/** The same STS, with a span for every call. */
export function tracedSts(sts: ForeignSts, traces: Traces): ForeignSts {
  return {
    ...sts,
    assumeRole(endpoint, request) {
      const attributes = { 'server.address': new URL(endpoint).host, 'daypass.role': request.roleArn };
      return traces.part('foreign STS AssumeRoleWithWebIdentity', { calls: true, attributes }, () =>
        sts.assumeRole(endpoint, request),
      );
    },
  };
}

/** The same trail; what it hears of an answer is said about the request's span too. */
export function tracedTrail(trail: Trail, traces: Traces): Trail {
  return {
    ...trail,
    answered(call, error) {
      trail.note(({ input, grant }) => {
        const poolId = input?.IdentityPoolId ?? grant?.poolId;
        traces.describe(`${call.service} ${call.operation}`, {
          'rpc.system': 'aws-api',
          'rpc.service': call.service,
          'rpc.method': call.operation,
          'daypass.outcome': error?.code ?? 'ok',
          ...(error && { 'error.type': error.code }),
          ...(typeof poolId === 'string' && { 'daypass.pool': poolId }),
        });
      });
      trail.answered(call, error);
    },
  };
}
