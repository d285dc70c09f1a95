import { mkdir } from 'node:fs/promises';
import { type Logger, pino } from 'pino';
import { openAccessKeys } from './access/access-keys.ts';
import { credentialOpener } from './access/credentials.ts';
import { openManagedPolicies } from './access/managed-policies.ts';
import { contextOf, policiesOf } from './access/policies.ts';
import { resourceFinder } from './access/resources.ts';
import { openRevocations } from './access/revocations.ts';
import { openRoles } from './access/roles.ts';
import { openRootKey } from './access/root-key.ts';
import { openUsers } from './access/users.ts';
import { cognitoIdentityOperations } from './api/cognito-identity/operations.ts';
import { daypassOperations } from './api/daypass/operations.ts';
import { openIdDiscovery } from './api/discovery.ts';
import { iamOperations } from './api/iam/operations.ts';
import { rememberRefusals } from './api/refusals.ts';
import { bind, type Service } from './api/service.ts';
import { stsOperations } from './api/sts/operations.ts';
import { openAppEvents } from './audit/app-events.ts';
import { auditedIssuer, auditedStore } from './audit/observed.ts';
import { openRecorder } from './audit/recorder.ts';
import { type Sink, sinkOf } from './audit/sinks.ts';
import { openTrail } from './audit/trail.ts';
import { backendOf, refuseBucketHost } from './backends.ts';
import { BoundedMap } from './bounded-map.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Daypass, DaypassOptions } from './config.ts';
import { openConsoleDoor } from './console-door.ts';
import { embeddedCredentials } from './credentials/embedded.ts';
import { openForeignSts } from './credentials/foreign-sts.ts';
import type { CredentialIssuer } from './credentials/issuer.ts';
import { openBrokers } from './credentials/sts.ts';
import { openStore } from './data.ts';
import type { FederationServices } from './federation/exchange.ts';
import { expireGuests } from './federation/guest-expiry.ts';
import { poolOf } from './federation/identities.ts';
import { lastSeen } from './federation/last-seen.ts';
import { mintForeignToken } from './federation/pool-token.ts';
import { openPools } from './federation/pools.ts';
import { openUsedAssertions } from './federation/used-assertions.ts';
import { createDynamoDbHandler } from './gateway/dynamodb.ts';
import type { GatewayHandler, GatewayServices } from './gateway/gateway.ts';
import { createS3Handler } from './gateway/s3.ts';
import { knownServices } from './gateway/service/rules.ts';
import { createServiceHandler } from './gateway/service.ts';
import { audited } from './http/audited.ts';
import { clientReader } from './http/client.ts';
import { limitPools } from './http/limited.ts';
import { listen } from './http/listener.ts';
import { rateLimits } from './http/rate-limit.ts';
import type { Endpoints } from './http/serve.ts';
import { tracedGateway, tracedServe } from './http/traced.ts';
import { type MasterKey, openMasterKey } from './keys/master.ts';
import { openSealingKeys } from './keys/sealing.ts';
import { openTokenSigningKeys } from './keys/signing.ts';
import { keepKeys } from './keys/upkeep.ts';
import { countedIssuer } from './metrics/counted-issuer.ts';
import { measuredStore } from './metrics/measured-store.ts';
import { measuredTokens } from './metrics/measured-tokens.ts';
import { type Metrics, openMetrics, renderMetrics, type Snapshot } from './metrics/metrics.ts';
import { startFailure } from './start-failure.ts';
import type { Store } from './store/store.ts';
import { createTokenVerifier } from './tokens/verifier.ts';
import { openTraces } from './traces/open.ts';
import { tracedFetch, tracedStore, tracedSts, tracedTokens, tracedTrail } from './traces/traced.ts';
import type { Traces } from './traces/traces.ts';
import { startWorkers } from './workers.ts';

/** Milliseconds that requests in flight get to finish when the service ends. */
const grace = 10_000;

/**
 * Starts the service and resolves when it answers requests. Throws `StartFailure` when the data cannot be used, the
 * master key is not the one the data was written with, or the port is taken.
 */
export function startDaypass(options: DaypassOptions = {}): Promise<Daypass> {
  const { workers = 1 } = options;
  return workers > 1 ? startWorkers({ ...options, workers }) : startService(options);
}

/** What a process is among the workers of a service. */
export interface Seat {
  /** From 0; the first one does what is to be done once for all. */
  readonly number: number;
  /** What all workers have counted. */
  countEverywhere(): Promise<readonly Snapshot[]>;
  /** Told how to ask this one. */
  counts(own: () => Promise<Snapshot>): void;
}

/** Starts the service in this process: alone, or as one of several workers. Throws `StartFailure`. */
export async function startService(options: DaypassOptions, seat?: Seat): Promise<Daypass> {
  const { host = '127.0.0.1', port = 4100, data, clock = systemClock } = options;
  // Logs go to stderr: stdout belongs to the one line that says where the service is.
  const log = pino(
    { level: options.logLevel ?? 'info', base: seat === undefined ? null : { worker: seat.number } },
    pino.destination(2),
  );
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const part of closing.splice(0).reverse()) await part();
  };
  try {
    refuseBucketHost(options);
    const sinks = (options.audit ?? []).map(sinkOf);
    if (data !== undefined) await mkdir(data, { recursive: true, mode: 0o700 });
    const metrics = openMetrics();
    seat?.counts(metrics.snapshot);
    const traces = await openTraces(process.env, log);
    if (traces !== undefined) closing.push(traces.close);
    const measured = measuredStore(await openStore(options), metrics);
    const store = traces === undefined ? measured : tracedStore(measured, traces);
    closing.push(store.close);
    const master = await openMasterKey({
      ...(data !== undefined && { directory: data }),
      ...(process.env.DAYPASS_MASTER_KEY && { fromEnvironment: process.env.DAYPASS_MASTER_KEY }),
    });
    const root = await openRootKey({ store, master, clock, ...(data !== undefined && { directory: data }) });
    let url = '';
    const base = { store, master, clock, log, metrics, traces, sinks, seat, url: () => url };
    const parts = await assemble(options, base);
    closing.push(parts.close);
    const { maxConnections = 16_384 } = options;
    const answers = traces && tracedServe(traces);
    const listener = await listen(parts.endpoints, {
      host,
      port,
      maxConnections,
      ...(answers && { answers }),
    });
    closing.push(() => listener.close(grace));
    url = `http://${host.includes(':') ? `[${host}]` : host}:${listener.port}`;
    return { url, rootCredentials: root, restart: async () => {}, close };
  } catch (error) {
    await close();
    throw startFailure(error);
  }
}

/** Puts the floors on top of each other. */
async function assemble(
  options: DaypassOptions,
  base: {
    store: Store;
    master: MasterKey;
    clock: Clock;
    log: Logger;
    metrics: Metrics;
    traces: Traces | undefined;
    sinks: readonly Sink[];
    seat: Seat | undefined;
    url(): string;
  },
): Promise<{ endpoints: Endpoints; close(): Promise<void> }> {
  const { master, clock, log, metrics, traces, sinks, seat } = base;
  // Upkeep of what all workers share is one worker's work.
  const isFirst = seat === undefined || seat.number === 0;
  const { region = 'us-east-1', account = '000000000000' } = options;
  const place = { region, account };
  const { eventsWebhook: webhook, data } = options;
  const events = webhook && openAppEvents({ webhook, data, place, clock, metrics, log, isFirst });
  const recorder = openRecorder({
    sinks,
    apps: events?.tell,
    store: base.store,
    clock,
    metrics,
    log,
    prunes: isFirst,
  });
  const opened = openTrail({ place, clock, recorder });
  const trail = traces === undefined ? opened : tracedTrail(opened, traces);
  const store = auditedStore(base.store, trail);

  const keys = {
    sealing: await openSealingKeys({ store, master, clock }),
    signing: openTokenSigningKeys({ store, master, clock, region }),
  };
  const { keyRotationDays = 90 } = options;
  const leaveKeys = keepKeys({
    keys,
    every: isFirst ? keyRotationDays * 24 * 60 * 60 * 1000 : 0,
    failed: (err) => log.error({ err }, 'keys were not kept up'),
  });
  const sessions = embeddedCredentials({ keys: keys.sealing, clock });
  const roles = openRoles({ store, clock, place });
  const users = openUsers({ store, clock, place });
  const managedPolicies = openManagedPolicies({ store, clock, place });
  const accessKeys = openAccessKeys({ store, master, clock });
  const refusals = rememberRefusals({ clock });
  const revocations = openRevocations({ store, clock });
  const pools = openPools({ store, clock });
  const overrides = new Map(
    Object.entries(options.providerOverrides ?? {}).map(([key, url]) => [key, new URL(url)] as const),
  );
  const measured = measuredTokens(
    createTokenVerifier({
      clock,
      overrides,
      usedAssertions: openUsedAssertions({ collection: store.collection('used_assertions'), clock }),
      ...(options.privateProviders && { privateProviders: options.privateProviders }),
      ...(options.staleKeysSeconds !== undefined && { staleSeconds: options.staleKeysSeconds }),
      ...(traces && { watched: (fetch) => tracedFetch(fetch, traces) }),
      log: (event) => {
        metrics.keyFetches.inc(event.issuer, event.event === 'keys-fetched' ? 'ok' : 'failed');
        log.info({ ...event }, 'provider keys');
      },
    }),
    metrics,
  );
  const tokens = traces === undefined ? measured : tracedTokens(measured, traces);
  const door =
    options.consoleSignIn &&
    (await openConsoleDoor(options.consoleSignIn, {
      store,
      clock,
      overrides,
      privateProviders: options.privateProviders,
      failed: (err) => log.warn({ err }, 'the provider of the console’s sign-in was not found'),
    }));
  const seen = lastSeen({
    store,
    clock,
    failed: (err) => log.error({ err }, 'last seen times were not written'),
  });
  const guests = isFirst
    ? expireGuests({
        store,
        clock,
        swept: (deleted) => log.info({ deleted }, 'guests expired'),
        failed: (err) => log.error({ err }, 'guests did not expire'),
      })
    : undefined;
  const gate = {
    clock,
    region,
    openCredentials: credentialOpener({ clock, place, accessKeys, users, roles, sessions, revocations }),
    policiesOf: policiesOf({ roles, users, managedPolicies }),
    findResource: resourceFinder({ store, place }),
  };

  const observed = (issuer: CredentialIssuer) => auditedIssuer(countedIssuer(issuer, metrics), trail);
  const foreign = openForeignSts();
  const sts = traces === undefined ? foreign : tracedSts(foreign, traces);
  const brokers = openBrokers({
    clock,
    sts,
    mint: (claim, lifetime) => mintForeignToken(federation, claim, lifetime),
    observed,
  });
  const federation: FederationServices = {
    store,
    clock,
    place,
    signingKeys: keys.signing,
    issuer: () => options.publicUrl ?? base.url(),
    pools,
    tokens,
    roles,
    credentials: observed(sessions),
    brokers,
    poolsOfIdentities: new BoundedMap(100_000),
    seen: seen.seen,
  };
  const rendered = async () =>
    renderMetrics(seat ? await seat.countEverywhere() : [await metrics.snapshot()]);
  const clientOf = clientReader(options.trustedProxies ?? 0);
  const { rateLimit = 100, poolRateLimit = 0, workers = 1 } = options;
  // Connections are dealt out among the workers by turns; together they admit no more than one would.
  const limits = rateLimits({ perAddress: rateLimit / workers, perPool: poolRateLimit / workers }, clock);
  const perPool = (service: Service): Service =>
    poolRateLimit === 0 ? service : limitPools(service, limits, (id) => poolOf(federation, id));
  const guarded = (service: Service): Service => audited(perPool(service), trail);
  const gateway = (service: string): GatewayServices => ({
    clock,
    region,
    account,
    s3: options.s3Backend && backendOf('s3', options.s3Backend, traces),
    dynamodb: options.dynamodbBackend && backendOf('dynamodb', options.dynamodbBackend, traces),
    ...(options.s3Domain !== undefined && { s3Domain: options.s3Domain }),
    openCredentials: gate.openCredentials,
    policiesOf: gate.policiesOf,
    contextOf,
    clientOf(request) {
      const { address, secure } = clientOf(request);
      return { address: address === '' ? undefined : address, secure };
    },
    denied: ({ caller, ...denial }) => {
      metrics.gatewayDenials.inc(service, caller === undefined ? 'authentication' : 'policy');
      trail.denied(service, { ...denial, caller });
      log.info({ ...denial, caller: caller?.arn }, 'denied');
    },
    failed: (requestId, err) => {
      metrics.gatewayFailures.inc(service, err instanceof Error ? err.name : 'unknown');
      log.error({ requestId, err }, 'failed');
    },
  });

  const told = (name: string, handler: GatewayHandler): GatewayHandler =>
    traces === undefined ? handler : tracedGateway(name, handler, traces);

  return {
    endpoints: {
      gate,
      json: {
        'cognito-identity': guarded(
          bind('cognito-identity', cognitoIdentityOperations, {
            store,
            clock,
            place,
            federation,
            authorization: gate,
          }),
        ),
        daypass: guarded(
          bind('daypass', daypassOperations, {
            store,
            clock,
            place,
            federation,
            revocations,
            explain: { ...federation, tokens: tokens.withoutTrace(), policiesOf: gate.policiesOf },
            refusals,
            keys,
            consoleSignIn: door?.settings,
            renderMetrics: rendered,
          }),
        ),
      },
      query: [
        {
          ...guarded(
            bind('sts', stsOperations, {
              ...federation,
              ownerCredentials: sessions,
              managedPolicies,
              policiesOf: gate.policiesOf,
            }),
          ),
          version: '2011-06-15',
          namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
        },
        {
          ...guarded(
            bind('iam', iamOperations, {
              store,
              clock,
              place,
              master,
              roles,
              users,
              managedPolicies,
              accessKeys,
              pools,
            }),
          ),
          version: '2010-05-08',
          namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
        },
      ],
      s3: told('s3', createS3Handler(gateway('s3'))),
      dynamodb: told('dynamodb', createDynamoDbHandler(gateway('dynamodb'))),
      services: new Map(
        Object.entries(options.serviceBackends ?? {}).map(([name, { rules, ...key }]) => {
          const service = {
            name,
            backend: backendOf(name, key, traces),
            rules: { ...knownServices[name], ...rules },
          };
          return [name, told(name, createServiceHandler(gateway(name), service))];
        }),
      ),
      discovery: openIdDiscovery(federation),
      console: { region, ...(door && { signIn: door.page }) },
      ...(options.s3Domain !== undefined && { s3Domain: options.s3Domain }),
      refusals,
      limits,
      log,
      metrics,
      trail,
      scrape: {
        token: process.env.DAYPASS_METRICS_TOKEN || undefined,
        render: rendered,
      },
      clientOf,
      ready: () => store.ping(),
    },
    async close() {
      leaveKeys();
      await guests?.close();
      tokens.close();
      door?.close();
      await sts.close();
      await seen.close();
      await recorder.close();
      await events?.close();
    },
  };
}
