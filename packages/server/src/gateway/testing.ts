import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compilePolicy, type PolicySet, parsePolicy } from '@daypass/policy';
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
