import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram, type MetricSnapshot } from './series.ts';

const quick = [0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];
const ordinary = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What a service counts and measures of itself. */
export type Metrics = ReturnType<typeof openMetrics>;

/** What one process says about itself and the service; plain JSON. */
export type Snapshot = readonly object[];

export function openMetrics() {
  const metrics = {
    /** `outcome`: `ok`, the error's code, or the class of status (`4xx`) that the gateway answered with. */
    requests: new Counter({
      name: 'daypass_requests_total',
      help: 'Requests answered.',
      labels: ['operation', 'outcome'],
    }),
    requestDurations: new Histogram({
      name: 'daypass_request_duration_seconds',
      help: 'From the head of a request to the end of its answer.',
      label: 'operation',
      bounds: ordinary,
    }),
    exchanges: new Counter({
      name: 'daypass_exchanges_total',
      help: 'Temporary credentials handed out.',
      labels: ['provider', 'kind'],
    }),
    refusals: new Counter({
      name: 'daypass_refusals_total',
      help: 'API requests refused, by what a token failed or the code of the error.',
      labels: ['operation', 'reason'],
    }),
    tokenVerifications: new Histogram({
      name: 'daypass_token_verification_seconds',
      help: 'Verifications of outside tokens, by outcome; those of keys that had to be fetched included.',
      label: 'outcome',
      bounds: quick,
    }),
    keyFetches: new Counter({
      name: 'daypass_provider_key_fetches_total',
      help: 'Fetches of the keys of identity providers.',
      labels: ['issuer', 'outcome'],
    }),
    gatewayDenials: new Counter({
      name: 'daypass_gateway_denials_total',
      help: 'Requests that the gateway did not let through: the caller was not known, or a policy said no.',
      labels: ['service', 'cause'],
    }),
    gatewayFailures: new Counter({
      name: 'daypass_gateway_failures_total',
      help: 'Requests that the gateway or the store behind it failed.',
      labels: ['service', 'cause'],
    }),
    storeCalls: new Histogram({
      name: 'daypass_store_duration_seconds',
      help: 'Calls of the store that worked.',
      label: 'call',
      bounds: quick,
    }),
    storeFailures: new Counter({
      name: 'daypass_store_failures_total',
      help: 'Calls of the store that failed.',
      labels: ['call', 'error'],
    }),
    connections: new Gauge({ name: 'daypass_connections', help: 'Open connections.' }),
    droppedConnections: new Counter({
      name: 'daypass_connections_dropped_total',
      help: 'Connections closed at once because there were too many, or cut off because they took too long.',
      labels: ['listener', 'cause'],
    }),
    auditEvents: new Counter({
      name: 'daypass_audit_events_total',
      help: 'Audit events by what became of them.',
      labels: ['sink', 'outcome'],
    }),
  };
  return {
    ...metrics,
    async snapshot(): Promise<Snapshot> {
      const own: readonly MetricSnapshot[] = Object.values(metrics).map((metric) => metric.snapshot());
      return [...own, ...(await (await processRegistry()).getMetricsAsJSON())];
    },
  };
}

/** The exposition of all processes of a service together, and its media type. */
export async function renderMetrics(
  snapshots: readonly Snapshot[],
): Promise<{ readonly contentType: string; readonly text: string }> {
  const { AggregatorRegistry } = await prometheus();
  const registry = AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/** Loaded when somebody first asks for metrics: it would be a part of every start. */
const prometheus = (): Promise<typeof import('prom-client')> => import('prom-client');

let ofProcess: Promise<Registry> | undefined;

/** Memory, processor time, event loop and garbage collection belong to the process, however many services it runs. */
function processRegistry(): Promise<Registry> {
  ofProcess ??= prometheus().then(({ collectDefaultMetrics, Registry }) => {
    const register = new Registry();
    collectDefaultMetrics({ register });
    return register;
  });
  return ofProcess;
}
