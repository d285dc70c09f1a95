import { pino } from 'pino';
import { type AnyOperation, operation } from '../api/protocol/operation.ts';
import { string, structure } from '../api/protocol/shape.ts';
import { rememberRefusals } from '../api/refusals.ts';
import { bind } from '../api/service.ts';
import { openTrail } from '../audit/trail.ts';
import { systemClock } from '../clock.ts';
import { inviteBody } from '../gateway/wire.ts';
import { openMetrics, renderMetrics } from '../metrics/metrics.ts';
import { clientReader } from './client.ts';
import { type Rates, rateLimits } from './rate-limit.ts';
import type { Endpoints } from './serve.ts';

/** Operations that need nothing but the listener: GetId is public and names its pool, ListIdentityPools is signed. */
export const echoOperations: readonly AnyOperation<object>[] = [
  operation({
    name: 'GetId',
    access: 'public',
    input: structure({ IdentityPoolId: string() }),
    handle: async (_services: object, { IdentityPoolId }, { sourceIp }) => ({ IdentityPoolId, sourceIp }),
  }),
  operation({
    name: 'ListIdentityPools',
    access: 'any-signed',
    input: structure({}),
    handle: async () => ({}),
  }),
];

/** Endpoints of those operations; the gateway's S3 answers once it has read everything, save below `/refused/`. */
export function echoEndpoints({
  rates = { perAddress: 0, perPool: 0 },
  hops = 0,
  scrapeToken,
}: {
  rates?: Rates;
  hops?: number;
  scrapeToken?: string;
}): Endpoints {
  const metrics = openMetrics();
  const echo = bind('cognito-identity', echoOperations, {});
  return {
    gate: {
      clock: systemClock,
      region: 'us-east-1',
      openCredentials: async () => ({ status: 'unknown', reason: 'nobody has keys here' }),
      policiesOf: async () => undefined,
      findResource: async () => {
        throw new Error('no resources here');
      },
    },
    json: { 'cognito-identity': echo, daypass: bind('daypass', [], {}) },
    query: [{ ...bind('sts', echoOperations, {}), version: '2011-06-15', namespace: 'https://sts.test/' }],
    async s3(request, response) {
      if (request.url?.startsWith('/refused/')) return void response.writeHead(403).end();
      inviteBody(request, response);
      for await (const _chunk of request);
      response.end('stored');
    },
    dynamodb: async (_request, response) => void response.end(),
    services: new Map(),
    console: { region: 'us-east-1' },
    discovery: {
      configuration: () => ({ json: {}, maxAge: 1 }),
      jwks: async () => ({ json: {}, maxAge: 1 }),
    },
    refusals: rememberRefusals({ clock: systemClock }),
    limits: rateLimits(rates, systemClock),
    log: pino({ level: 'silent' }),
    metrics,
    trail: openTrail({
      place: { region: 'us-east-1', account: '000000000000' },
      clock: systemClock,
      recorder: { forwards: false, record: () => {} },
    }),
    scrape: { token: scrapeToken, render: async () => renderMetrics([await metrics.snapshot()]) },
    clientOf: clientReader(hops),
    ready: async () => {},
  };
}
