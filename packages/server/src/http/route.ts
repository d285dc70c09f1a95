import type { SignedHttpRequest } from '@daypass/sigv4';
import { bucketOfHost } from '../gateway/s3/request.ts';
import { scopedService } from '../gateway/service.ts';

/** Where a request goes; decided by its head alone. */
export type Route =
  | {
      readonly to:
        | 'preflight'
        | 'health'
        | 'ready'
        | 'metrics'
        | 'console'
        | 'openid-configuration'
        | 'jwks'
        | 'dynamodb'
        | 's3';
    }
  | { readonly to: 'federate' | 'query' | 'unknown-target' }
  | { readonly to: 'service'; readonly name: string }
  | { readonly to: 'json'; readonly service: 'cognito-identity' | 'daypass'; readonly operation: string };

const targets: ReadonlyMap<string, 'cognito-identity' | 'daypass'> = new Map([
  ['AWSCognitoIdentityService', 'cognito-identity'],
  ['Daypass', 'daypass'],
]);

/**
 * One endpoint serves every protocol: reserved paths first, then what is signed for one of the `services` behind the
 * gateway by its credential scope, then `X-Amz-Target` (AWS JSON), then a form with an
 * Action (AWS Query); everything else is a request to S3, which alone has no marks of its own. On the hosts of buckets
 * below `s3Domain` there is no console: what is stored there may run.
 */
export function route(
  request: SignedHttpRequest,
  services: ReadonlyMap<string, unknown>,
  s3Domain?: string,
): Route {
  const { method, path } = request;
  if (method === 'OPTIONS' && headerOf(request, 'access-control-request-method') !== undefined) {
    return { to: 'preflight' };
  }
  if (path.startsWith('/_daypass/')) {
    const way = reserved(method, path);
    const isOfBucket =
      way.to === 'console' && bucketOfHost(headerOf(request, 'host'), s3Domain) !== undefined;
    return isOfBucket ? { to: 's3' } : way;
  }
  if (path.startsWith('/.well-known/') && method === 'GET') {
    if (path === '/.well-known/openid-configuration') return { to: 'openid-configuration' };
    if (path === '/.well-known/jwks_uri') return { to: 'jwks' };
  }
  if (services.size > 0) {
    const name = scopedService(request);
    if (name !== undefined && services.has(name)) return { to: 'service', name };
  }
  const target = headerOf(request, 'x-amz-target');
  if (target !== undefined) return byTarget(target);
  if (path === '/' && method === 'POST' && isForm(headerOf(request, 'content-type'))) return { to: 'query' };
  if (path === '/' && method === 'GET' && /(?:^|&)Action=/.test(request.query)) return { to: 'query' };
  return { to: 's3' };
}

/**
 * A header's first value; `name` in lower case. Reads the headers as they came, because on the way of an exchange it is
 * dear to have Node sort them into an object first.
 */
export function headerOf({ headers }: SignedHttpRequest, name: string): string | undefined {
  for (const [sent, value] of headers) {
    if (sent.length === name.length && sent.toLowerCase() === name) return value;
  }
  return undefined;
}

function reserved(method: string, path: string): Route {
  if (path === '/_daypass/health') return { to: 'health' };
  if (path === '/_daypass/ready') return { to: 'ready' };
  if (path === '/_daypass/metrics') return { to: 'metrics' };
  if (path === '/_daypass/console' || path.startsWith('/_daypass/console/')) return { to: 'console' };
  if (path === '/_daypass/federate' && method === 'POST') return { to: 'federate' };
  return { to: 'unknown-target' };
}

function byTarget(target: string): Route {
  const dot = target.indexOf('.');
  const prefix = target.slice(0, dot);
  if (prefix === 'DynamoDB_20120810') return { to: 'dynamodb' };
  const service = targets.get(prefix);
  return service === undefined
    ? { to: 'unknown-target' }
    : { to: 'json', service, operation: target.slice(dot + 1) };
}

function isForm(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true;
}
