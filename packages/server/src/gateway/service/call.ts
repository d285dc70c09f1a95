import type { SignedHttpRequest } from '@daypass/sigv4';
import type { BackendRequest } from '../backend.ts';
import { sha256 } from '../hashes.ts';
import type { Header } from '../wire.ts';
import type { RestOperation, ServiceRules } from './rules.ts';

/** A request of a service, read: from here on only this counts, and only `sent` goes to the backend. */
export interface ServiceCall {
  readonly operation: string;
  /** Undefined when it is not known. */
  readonly resource: string | undefined;
  readonly sent: BackendRequest;
}

export type Protocol = 'json' | 'query' | 'rest';

/** The protocol a client speaks, as the head of its request tells; refusals go out in it. */
export function protocolOf(request: SignedHttpRequest): Protocol {
  if (headerOf(request, 'x-amz-target') !== undefined) return 'json';
  const form = /^application\/x-www-form-urlencoded(?:\s*;|$)/i.test(headerOf(request, 'content-type') ?? '');
  return form ? 'query' : 'rest';
}

/** Undefined for a request that no rule covers. */
export function readCall(
  request: SignedHttpRequest,
  body: Buffer,
  rules: ServiceRules,
  place: { readonly region: string; readonly account: string },
): ServiceCall | undefined {
  const variables = { region: place.region, account: place.account };
  const call = readers[protocolOf(request)](request, body, rules);
  if (call === undefined) return undefined;
  const template = call.resource ?? rules.resource;
  const known = { ...variables, ...call.segments };
  return { operation: call.operation, sent: call.sent, resource: template && filled(template, known) };
}

interface Read {
  readonly operation: string;
  readonly resource?: string | undefined;
  readonly segments?: Readonly<Record<string, string>>;
  readonly sent: BackendRequest;
}

type Reader = (request: SignedHttpRequest, body: Buffer, rules: ServiceRules) => Read | undefined;

const operationName = /^[A-Za-z][A-Za-z0-9]{0,127}$/;

/** AWS JSON: the operation is in `X-Amz-Target`, and goes on as it was read. */
const readJson: Reader = (request, body, { target }) => {
  const [prefix, operation = '', ...more] = (headerOf(request, 'x-amz-target') ?? '').split('.');
  const contentType = /^application\/x-amz-json-1\.[01]/.exec(headerOf(request, 'content-type') ?? '')?.[0];
  if (target === undefined || prefix !== target || more.length > 0 || !operationName.test(operation))
    return undefined;
  if (!isPlainPost(request) || contentType === undefined) return undefined;
  const headers: Header[] = [
    ['content-type', contentType],
    ['x-amz-target', `${target}.${operation}`],
  ];
  // SQS writes its errors for clients that came from the Query protocol when this is there.
  if (headerOf(request, 'x-amzn-query-mode') === 'true') headers.push(['x-amzn-query-mode', 'true']);
  return { operation, sent: post(headers, body) };
};

/** AWS Query: the operation is a field of the form, which is written anew so that no other reader finds a second one. */
const readQuery: Reader = (request, body, { version }) => {
  const form = new URLSearchParams(body.toString('utf8'));
  const [operation = '', ...more] = form.getAll('Action');
  const versions = form.getAll('Version');
  if (version === undefined || versions.length !== 1 || versions[0] !== version) return undefined;
  if (!isPlainPost(request) || more.length > 0 || !operationName.test(operation)) return undefined;
  const sent = Buffer.from(encoded(form));
  return {
    operation,
    sent: post([['content-type', 'application/x-www-form-urlencoded; charset=utf-8']], sent),
  };
};

/** REST: the first operation whose method, path and parameters these are. */
const readRest: Reader = (request, body, { operations = [] }) => {
  const query = new URLSearchParams(request.query);
  const names = [...query.keys()];
  if (new Set(names).size !== names.length) return undefined;
  for (const rule of operations) {
    const segments = segmentsOf(request, rule);
    if (segments === undefined || !names.every((name) => rule.query?.includes(name))) continue;
    const headers = ['content-type', ...(rule.headers ?? [])].flatMap((name): Header[] => {
      const value = headerOf(request, name.toLowerCase());
      return value === undefined ? [] : [[name.toLowerCase(), value]];
    });
    const sent = {
      method: rule.method,
      path: request.path,
      query: encoded(query),
      headers: body.length === 0 ? headers : [...headers, ['content-length', String(body.length)] as const],
      body: body.length === 0 ? undefined : body,
      payloadSha256: sha256(body),
    };
    return { operation: rule.operation, resource: rule.resource, segments, sent };
  }
  return undefined;
};

const readers: Readonly<Record<Protocol, Reader>> = { json: readJson, query: readQuery, rest: readRest };

/**
 * The named segments of a path; undefined when it is not that of the operation. Only characters that every server reads
 * alike, so nothing percent-encoded, no dots alone.
 */
function segmentsOf(
  request: SignedHttpRequest,
  { method, path }: RestOperation,
): Record<string, string> | undefined {
  const pattern = path.split('/');
  const parts = request.path.split('/');
  if (request.method !== method || parts.length !== pattern.length) return undefined;
  const segments: Record<string, string> = {};
  for (const [at, part] of parts.entries()) {
    const name = /^\{(.+)\}$/.exec(pattern[at] ?? '')?.[1];
    if (name === undefined) {
      if (part !== pattern[at]) return undefined;
    } else {
      if (!/^(?!\.{1,2}$)[A-Za-z0-9._~:@$+,=-]+$/.test(part)) return undefined;
      segments[name] = part;
    }
  }
  return segments;
}

function isPlainPost({ method, path, query }: SignedHttpRequest): boolean {
  return method === 'POST' && path === '/' && query === '';
}

function post(headers: readonly Header[], body: Buffer): BackendRequest {
  return { method: 'POST', path: '/', query: '', headers, body, payloadSha256: sha256(body) };
}

/** `%20` and not `+`, which not every server takes for a space. */
function encoded(parameters: URLSearchParams): string {
  return parameters.toString().replaceAll('+', '%20');
}

function filled(template: string, variables: Readonly<Record<string, string>>): string {
  return template.replace(/\$\{([A-Za-z]+)\}/g, (_, name: string) => variables[name] ?? '');
}

/** The only value of a header; undefined when there is none, or more than one. */
function headerOf({ headers }: SignedHttpRequest, name: string): string | undefined {
  const values = headers.filter(([sent]) => sent.toLowerCase() === name);
  return values.length === 1 ? values[0]?.[1] : undefined;
}
