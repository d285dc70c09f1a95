import type { IncomingMessage, ServerResponse } from 'node:http';
import { BoundedMap } from '../../bounded-map.ts';
import type { Clock } from '../../clock.ts';
import type { BackendConnection } from '../backend.ts';
import { allowOrigin, answerPreflight } from '../cors.ts';
import { emptySha256 } from '../hashes.ts';
import { type CorsRule, corsHeaders, readCorsRules } from './cors-rules.ts';
import { S3Error } from './errors.ts';
import { bucketNamed, encodedPath } from './names.ts';
import { bucketOfHost } from './request.ts';

/** Buckets whose rules are kept. */
const maxBuckets = 1000;
/** What another node, or somebody at the store itself, has changed is noticed after this time, in milliseconds. */
const freshFor = 2000;
/** Questions to the store at one time; preflights are not signed, so anybody can cause them. */
const maxQuestions = 32;

interface Entry {
  readonly askedAt: number;
  /** Undefined: the bucket has no configuration, or its store no CORS. */
  readonly rules: Promise<readonly CorsRule[] | undefined>;
}

/** The CORS configurations of the store's buckets, which pages obey; a bucket without one is open to all of them. */
export class BucketCors {
  readonly #store: BackendConnection;
  readonly #clock: Clock;
  readonly #domain: string | undefined;
  readonly #entries = new BoundedMap<string, Entry>(maxBuckets);
  #questions = 0;

  constructor(store: BackendConnection, clock: Clock, domain: string | undefined) {
    this.#store = store;
    this.#clock = clock;
    this.#domain = domain;
  }

  /**
   * Answers a preflight and returns true, or returns false when the request is none. Throws `AccessForbidden`,
   * `BackendUnavailable` and `ServiceUnavailable`.
   */
  async answerPreflight(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { origin, 'access-control-request-method': method } = request.headers;
    if (request.method !== 'OPTIONS') return false;
    if (origin === undefined)
      throw new S3Error('BadRequest', 'Insufficient information. Origin request header needed.');
    if (method === undefined) return false;
    const rules = await this.#rulesFor(request);
    if (rules === undefined) return answerPreflight(request, response);
    const asked = request.headers['access-control-request-headers'] ?? '';
    const headers = asked
      .toLowerCase()
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const answer = corsHeaders(rules, { origin, method, headers });
    if (answer === undefined) {
      throw new S3Error(
        'AccessForbidden',
        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
      );
    }
    response.writeHead(200, [...answer, ['content-length', '0']].flat());
    response.end();
    return true;
  }

  /** Puts on the response what lets the page that asks read it, if it may; refusals included. */
  async allowOrigin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin } = request.headers;
    if (origin === undefined) return;
    // A store that fails will be met again by the request itself, which has the words for it.
    const rules = await this.#rulesFor(request).catch(() => undefined);
    if (rules === undefined) return allowOrigin(request, response);
    const answer = corsHeaders(rules, { origin, method: request.method ?? '', headers: [] });
    for (const [name, value] of answer ?? []) response.setHeader(name, value);
  }

  /** The configuration of a bucket may have changed. */
  forget(bucket: string): void {
    this.#entries.delete(bucket);
  }

  #rulesFor(request: IncomingMessage): Promise<readonly CorsRule[] | undefined> {
    const bucket = bucketOf(request, this.#domain);
    const { subresources } = this.#store;
    const hasCors = subresources === undefined || subresources.has('cors') || subresources.has('GET cors');
    return bucket === undefined || !hasCors ? Promise.resolve(undefined) : this.#rulesOf(bucket);
  }

  #rulesOf(bucket: string): Promise<readonly CorsRule[] | undefined> {
    const now = this.#clock.now();
    const known = this.#entries.get(bucket);
    if (known !== undefined && now - known.askedAt < freshFor) return known.rules;
    if (this.#questions >= maxQuestions)
      return Promise.reject(new S3Error('ServiceUnavailable', 'Please reduce your request rate.'));
    const rules = this.#ask(bucket);
    this.#entries.set(bucket, { askedAt: now, rules });
    rules.catch(() => this.#entries.delete(bucket));
    return rules;
  }

  async #ask(bucket: string): Promise<readonly CorsRule[] | undefined> {
    this.#questions++;
    try {
      const { status, body } = await this.#store.call({
        method: 'GET',
        path: encodedPath({ bucket, key: undefined }),
        query: 'cors=',
        headers: [],
        body: undefined,
        payloadSha256: emptySha256,
      });
      if (status >= 500 && status !== 501)
        throw new S3Error(
          'ServiceUnavailable',
          'Service is unable to handle request.',
          `CORS: status ${status}`,
        );
      return status === 200 ? readCorsRules(body) : undefined;
    } finally {
      this.#questions--;
    }
  }
}

/** The bucket of a request, or of the one that a preflight announces; undefined when it names none. */
function bucketOf(request: IncomingMessage, domain: string | undefined): string | undefined {
  const named = bucketOfHost(request.headers.host, domain) ?? /^\/([^/?]+)/.exec(request.url ?? '')?.[1];
  try {
    return named === undefined ? undefined : bucketNamed(named);
  } catch {
    return undefined;
  }
}
