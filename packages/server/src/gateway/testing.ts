import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { compilePolicy, type PolicySet, parsePolicy } from '@daypass/policy';
import { signRequest } from '@daypass/sigv4';
import type { Caller, SessionCaller } from '../access/caller.ts';
import { systemClock } from '../clock.ts';
import type { IdentityId } from '../ids.ts';
import type { Backend, Denial, GatewayServices } from './gateway.ts';

/** The floors around the gateway, for its tests: a table of callers, real policies, everything refused kept. */
export const region = 'us-east-1';
export const account = '000000000000';

export interface Player {
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  readonly identityId: string;
  readonly caller: SessionCaller;
}

export interface Surroundings extends GatewayServices {
  readonly denials: Denial[];
  readonly failures: unknown[];
  /** A session of the role with these statements; the `sub` of Cognito is `identityId`. */
  session(name: string, statements: readonly object[], session?: readonly object[]): Player;
  readonly root: { readonly accessKeyId: string; readonly secretAccessKey: string };
  expire(player: Player): void;
}

export function surroundings(options: Partial<GatewayServices> = {}): Surroundings {
  const secrets = new Map<
    string,
    { secretKey: string; token: string | undefined; caller: Caller; policies: PolicySet | undefined }
  >();
  const expired = new Set<string>();
  const denials: Denial[] = [];
  const failures: unknown[] = [];
  const root = { accessKeyId: 'AKIAROOTROOTROOTROOT', secretAccessKey: 'root-secret' };
  secrets.set(root.accessKeyId, {
    secretKey: root.secretAccessKey,
    token: undefined,
    caller: {
      kind: 'root',
      accessKeyId: root.accessKeyId,
      arn: `arn:aws:iam::${account}:root`,
      userId: account,
      account,
    },
    policies: undefined,
  });
  return {
    clock: systemClock,
    region,
    account,
    s3: undefined,
    dynamodb: undefined,
    openCredentials: async (accessKeyId, sessionToken) => {
      const known = secrets.get(accessKeyId);
      if (known === undefined || known.token !== sessionToken)
        return { status: 'unknown', reason: 'no such key' };
      if (expired.has(accessKeyId)) return { status: 'expired', reason: 'past its time' };
      return { status: 'valid', secretKey: known.secretKey, caller: known.caller };
    },
    policiesOf: async (caller) => secrets.get(caller.accessKeyId)?.policies,
    contextOf: (caller) =>
      new Map([
        ['aws:userid', caller.userId],
        ...(caller.kind === 'session' && caller.identityId !== undefined
          ? [['cognito-identity.amazonaws.com:sub', caller.identityId] as const]
          : []),
      ]),
    denied: (event) => denials.push(event),
    failed: (_requestId, cause) => failures.push(cause),
    ...options,
    denials,
    failures,
    root,
    session: (name, statements, session) => {
      const accessKeyId = `ASIA${name.toUpperCase().padEnd(16, 'X')}`;
      const identityId = `${region}:${name}` as IdentityId;
      const caller: SessionCaller = {
        kind: 'session',
        accessKeyId,
        arn: `arn:aws:sts::${account}:assumed-role/Players/${name}`,
        userId: `AROAPLAYERS:${name}`,
        account,
        roleArn: `arn:aws:iam::${account}:role/Players`,
        roleName: 'Players',
        sessionName: name,
        issuedAt: 0,
        expiresAt: Number.MAX_SAFE_INTEGER,
        tags: {},
        identityId,
      };
      const credentials = { accessKeyId, secretAccessKey: `${name}-secret`, sessionToken: `${name}-token` };
      secrets.set(accessKeyId, {
        secretKey: credentials.secretAccessKey,
        token: credentials.sessionToken,
        caller,
        policies: {
          identity: [policy(statements, `role policy of ${name}`)],
          ...(session === undefined ? {} : { session: [policy(session, `session policy of ${name}`)] }),
        },
      });
      return { credentials, identityId, caller };
    },
    expire: (player) => expired.add(player.credentials.accessKeyId),
  };
}

function policy(statements: readonly object[], source: string) {
  return compilePolicy(
    parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity'),
    source,
  );
}

export function backendAt(url: string): Backend {
  return { url: new URL(url), region, accessKeyId: 'BACKENDKEY', secretAccessKey: 'backend-secret' };
}

export interface Listening extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
}

/** Listens on a free port of the loopback interface. */
export async function listen(listener: RequestListener | Server): Promise<Listening> {
  const server = typeof listener === 'function' ? createServer(listener) : listener;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export interface RawRequest {
  readonly method: string;
  /** Sent as it is, query included. */
  readonly target: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: Buffer | string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request without any of the tidying that clients do. */
export async function send(
  url: string,
  { method, target, headers = [], body = '' }: RawRequest,
): Promise<RawAnswer> {
  const { host, hostname, port } = new URL(url);
  const named = headers.some(([name]) => name === 'host') ? headers : [['host', host] as const, ...headers];
  const outgoing = request({ hostname, port, method, path: target, headers: named.flat(), agent: false });
  outgoing.end(body);
  const [answer]: [IncomingMessage] = (await once(outgoing, 'response')) as [IncomingMessage];
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: Buffer.concat(await answer.toArray()).toString(),
  };
}

/** Signs a request as the player; what is in `headers` is signed too. `payload` defaults to the hash of the body. */
export function signed(
  url: string,
  service: string,
  { credentials }: Player,
  { method, target, headers = [], body = '' }: RawRequest,
  payload?: string,
): RawRequest {
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const named = headers.some(([name]) => name === 'host')
    ? headers
    : [['host', new URL(url).host] as const, ...headers];
  const key = {
    accessKeyId: credentials.accessKeyId,
    secretKey: credentials.secretAccessKey,
    sessionToken: credentials.sessionToken,
    region,
    service,
    now: Date.now(),
  };
  const signature = signRequest(
    { method, path, query, headers: named },
    key,
    payload ?? createHash('sha256').update(body).digest('hex'),
  );
  return {
    method,
    target,
    headers: [...named, ['content-length', String(Buffer.byteLength(body))], ...signature],
    body,
  };
}

/** A store that answers everything alike and keeps what it was asked: what the gateway lets through is seen here. */
export interface RecordingStore extends Listening {
  readonly seen: {
    readonly method: string;
    readonly target: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
    readonly complete: boolean;
  }[];
}

export async function recordingStore(
  answer: RequestListener = (_request, response) => void response.end(),
): Promise<RecordingStore> {
  const seen: RecordingStore['seen'] = [];
  const listening = await listen((request, response) => {
    const chunks: Buffer[] = [];
    const record = () => {
      const { method = '', url = '', headers, complete } = request;
      seen.push({ method, target: url, headers, body: Buffer.concat(chunks), complete });
    };
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      record();
      answer(request, response);
    });
    request.on('close', () => {
      if (!request.complete) record();
    });
  });
  return { ...listening, seen };
}
