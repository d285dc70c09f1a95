import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CognitoIdentity } from '@aws-sdk/client-cognito-identity';
import { S3 } from '@aws-sdk/client-s3';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { administrator, region } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: number | undefined;
}

interface OtlpSpan extends Omit<Span, 'attributes' | 'status'> {
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status?: { readonly code?: number };
}

interface OtlpExport {
  readonly resourceSpans: readonly {
    readonly resource: Pick<OtlpSpan, 'attributes'>;
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

const plain = (attributes: OtlpSpan['attributes']) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('traces', { timeout: 60_000 }, () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const caller = '00f067aa0ba902b7';
  const spans: Span[] = [];
  const secrets: string[] = [];
  const backendHeaders: IncomingHttpHeaders[] = [];
  let texts = '';
  let resource: Record<string, unknown> = {};
  let daypass: Daypass;
  let issuer: Issuer;
  let poolId: string;
  const servers: Server[] = [];

  /** A collector, as OTLP over HTTP has it. */
  const collector = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      if (request.url !== '/v1/traces') return response.writeHead(404).end();
      texts += text;
      const { resourceSpans }: OtlpExport = JSON.parse(text);
      for (const { resource: of, scopeSpans } of resourceSpans) {
        resource = plain(of.attributes);
        for (const { attributes, status, ...span } of scopeSpans.flatMap((scope) => scope.spans))
          spans.push({ ...span, attributes: plain(attributes), status: status?.code });
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const store = createServer((request, response) => {
    backendHeaders.push(request.headers);
    response.writeHead(200, { 'content-length': 5 }).end('hello');
  });
  const foreignSts = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(
        `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
        <AccessKeyId>ASIAFOREIGN</AccessKeyId><SecretAccessKey>foreign-secret</SecretAccessKey>
        <SessionToken>foreign-token</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration>
        </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
      );
    });
  });

  beforeAll(async () => {
    servers.push(collector, store, foreignSts);
    const [collectorUrl, storeUrl, stsUrl] = await Promise.all([collector, store, foreignSts].map(listening));
    issuer = await startIssuer();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collectorUrl);
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=test');
    // Its keys are so old that a foreign STS may know them.
    let hoursAgo = 4;
    daypass = await startDaypass({
      port: 0,
      logLevel: 'silent',
      clock: { now: () => Date.now() - hoursAgo * 3_600_000 },
      providerOverrides: { [issuer.key]: issuer.url },
      s3Backend: { url: storeUrl ?? '', accessKeyId: 'backend', secretAccessKey: 'backend-secret' },
    });
    try {
      await fetch(`${daypass.url}/.well-known/jwks_uri`);
      hoursAgo = 0;
      await live(stsUrl ?? '');
    } finally {
      await daypass.close();
    }
  }, 60_000);

  afterAll(async () => {
    vi.unstubAllEnvs();
    await issuer?.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A user signs in, reads an object, is refused; a guest's role belongs to another STS. */
  async function live(stsUrl: string): Promise<void> {
    const admin = administrator(daypass);
    const arn = await admin.registerIssuer(issuer.key, ['example-client']);
    poolId = await admin.createPool({
      AllowClassicFlow: false,
      AllowUnauthenticatedIdentities: true,
      OpenIdConnectProviderARNs: [arn],
    });
    const anything = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }];
    const authenticated = await admin.createRole('Player', poolId, 'authenticated', anything);
    const unauthenticated = await admin.createRole('Guest', poolId, 'unauthenticated');
    await admin.setRoles(poolId, { authenticated, unauthenticated });
    await callDaypass(daypass, 'SetPoolSettings', {
      IdentityPoolId: poolId,
      Settings: { GuestScopeDown: 'NONE', Brokers: { [unauthenticated]: { Endpoint: stsUrl } } },
    });

    const token = await issuer.token();
    const Logins = { [issuer.key]: token };
    const body = JSON.stringify({ IdentityPoolId: poolId, Logins });
    const response = await fetch(daypass.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityService.GetId',
        traceparent: `00-${traceId}-${caller}-01`,
      },
      body,
    });
    const { IdentityId }: { IdentityId: string } = JSON.parse(await response.text());
    const user = new CognitoIdentity({ endpoint: daypass.url, region, maxAttempts: 1 });
    const { Credentials } = await user.getCredentialsForIdentity({ IdentityId, Logins });
    const { AccessKeyId = '', SecretKey = '', SessionToken = '' } = Credentials ?? {};
    const s3 = new S3({
      endpoint: daypass.url,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretKey, sessionToken: SessionToken },
    });
    await s3.getObject({ Bucket: 'saves', Key: 'private-name' });
    const forged = `${token.slice(0, -8)}AAAAAAAA`;
    await user.getId({ IdentityPoolId: poolId, Logins: { [issuer.key]: forged } }).catch(() => {});
    const { IdentityId: guest } = await user.getId({ IdentityPoolId: poolId });
    await user.getCredentialsForIdentity({ IdentityId: guest });
    await fetch(`${daypass.url}/_daypass/health`);
    secrets.push(token, forged, SecretKey, SessionToken, 'private-name', 'backend-secret', 'foreign-secret');
    secrets.push(daypass.rootCredentials.secretAccessKey);
  }

  const named = (name: string) => spans.filter((span) => span.name === name);
  const partsOf = ({ spanId }: Span): Span[] =>
    spans.filter(({ parentSpanId }) => parentSpanId === spanId).flatMap((span) => [span, ...partsOf(span)]);
  const partNames = (span: Span | undefined) =>
    span === undefined ? [] : partsOf(span).map(({ name }) => name);

  it('go on with the trace of the caller', () => {
    const [getId] = named('cognito-identity GetId');
    expect(getId).toMatchObject({ traceId, parentSpanId: caller });
    for (const part of partsOf(getId as Span)) expect(part.traceId).toBe(traceId);
  });

  it('say what was called, for which pool, with which outcome, under which request id', () => {
    const [getId] = named('cognito-identity GetId');
    expect(getId?.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'rpc.system': 'aws-api',
      'rpc.service': 'cognito-identity',
      'rpc.method': 'GetId',
      'daypass.outcome': 'ok',
      'daypass.pool': poolId,
      'aws.request_id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(resource).toMatchObject({ 'service.name': 'daypass', 'deployment.environment.name': 'test' });
  });

  it('have a part for the token, for what its provider was asked and for the store', () => {
    const parts = partNames(named('cognito-identity GetId')[0]);
    expect(parts).toContain('verify token');
    expect(parts).toContain('fetch from provider');
    expect(parts).toContain('store applyIdentityChange');
    const verified = named('verify token')[0];
    expect(verified?.attributes).toEqual({ 'daypass.provider': issuer.key });
    expect(partNames(verified)).toContain('fetch from provider');
  });

  it('have a part for the store behind the gateway, which hears nothing of them', () => {
    const [request] = named('s3');
    expect(request?.attributes).toMatchObject({ 'http.response.status_code': 200, 'rpc.service': 's3' });
    expect(partNames(request)).toContain('s3 backend');
    expect(backendHeaders.length).toBe(1);
    expect(backendHeaders[0]).not.toHaveProperty('traceparent');
  });

  it('have a part for a foreign STS', () => {
    const [exchange] = named('cognito-identity GetCredentialsForIdentity').filter((span) =>
      partNames(span).includes('foreign STS AssumeRoleWithWebIdentity'),
    );
    expect(exchange?.attributes).toMatchObject({ 'daypass.outcome': 'ok' });
  });

  it('say what a refusal was, and that it is no fault of the service', () => {
    const refused = named('cognito-identity GetId').filter(
      ({ attributes }) => attributes['daypass.outcome'] === 'NotAuthorizedException',
    );
    expect(refused.map(({ status }) => status ?? 0)).toEqual([0]);
    const tokens = named('verify token').filter(({ attributes }) => attributes['error.type'] !== undefined);
    expect(tokens.map(({ attributes }) => attributes['error.type'])).toEqual(['signature']);
  });

  it('are not made of what probes ask', () => {
    const gets = spans.filter(({ attributes }) => attributes['http.request.method'] === 'GET');
    expect(gets.map(({ name }) => name)).toEqual(['GET', 's3']);
  });

  it('hold no token, no secret and no path', () => {
    for (const secret of secrets) {
      expect(secret).toBeTruthy();
      expect(texts).not.toContain(secret);
    }
  });
});

describe('without a collector', () => {
  it.each([
    ['none is named', {}],
    ['it is switched off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }],
    ['it does not answer', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }],
  ])('the service answers all the same, and ends (%s)', { timeout: 60_000 }, async (_when, environment) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const daypass = await startDaypass({ port: 0, logLevel: 'silent' });
    vi.unstubAllEnvs();
    await administrator(daypass).createPool();
    await daypass.close();
  });
});
