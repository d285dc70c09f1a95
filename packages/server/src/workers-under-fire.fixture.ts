import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  ListIdentitiesCommand,
} from '@aws-sdk/client-cognito-identity';
import { CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { systemClock } from './clock.ts';
import type { Daypass } from './config.ts';
import { startDaypass } from './main.ts';
import { TestIssuer } from './tokens/testing/issuer.ts';

/** What clients were told while workers were killed under them, and what turned out to be so afterwards. */
export interface Outcome {
  /** Requests answered with 200, and those that broke off or were answered with a fault. */
  readonly answered: number;
  readonly broken: number;
  /** Requests that were neither answered nor broken off. */
  readonly hung: number;
  /** Answers that no client may ever get, whoever dies. */
  readonly refusals: readonly string[];
  readonly kills: number;
  /** Users who were given one identity and later another. */
  readonly changed: readonly string[];
  /** Users who tried to sign in, and identities that there are in the end. */
  readonly users: number;
  readonly identities: number;
  readonly lostRoles: readonly string[];
  readonly roles: number;
}

const issuerKey = 'accounts.google.com';
const clients = 6;
/** Below it there is nothing to lose, however slow the machine is. */
const answersBetweenKills = 15;
/** Milliseconds; even with both workers dead the next is there sooner. */
const patience = 20_000;

/**
 * Signs users in for the first time and again, and creates roles, through two workers of which one after the other is
 * killed with -9; then asks for everything that was acknowledged.
 */
export async function killWorkersUnderLoad(data: string, kills: number): Promise<Outcome> {
  const issuer = await TestIssuer.start(issuerKey, systemClock);
  const daypass = await startDaypass({
    port: 0,
    data,
    workers: 2,
    logLevel: 'silent',
    providerOverrides: { [issuerKey]: issuer.server.url.href },
  });
  try {
    return await fire(daypass, issuer, kills);
  } finally {
    await daypass.close();
    await issuer.server.close();
  }
}

async function fire(daypass: Daypass, issuer: TestIssuer, kills: number): Promise<Outcome> {
  const config = {
    endpoint: daypass.url,
    region: 'us-east-1',
    credentials: daypass.rootCredentials,
    maxAttempts: 1,
  };
  const cognito = new CognitoIdentityClient(config);
  const iam = new IAMClient(config);
  const { IdentityPoolId = '' } = await cognito.send(
    new CreateIdentityPoolCommand({
      IdentityPoolName: 'fire',
      AllowUnauthenticatedIdentities: false,
      SupportedLoginProviders: { [issuerKey]: 'game' },
    }),
  );
  const tokens: string[] = [];
  const acknowledged = new Map<number, string>();
  const changed = new Set<string>();
  const refusals = new Set<string>();
  const roles: string[] = [];
  let answered = 0;
  let broken = 0;
  let hung = 0;
  let over = false;

  async function signIn(user: number): Promise<boolean> {
    tokens[user] ??= await issuer.token({ sub: `user-${user}` });
    try {
      const response = await fetch(daypass.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityService.GetId',
          // Some come with a new connection each time, some keep theirs.
          ...(user % 2 === 0 && { connection: 'close' }),
        },
        body: JSON.stringify({ IdentityPoolId, Logins: { [issuerKey]: tokens[user] } }),
        signal: AbortSignal.timeout(patience),
      });
      const answer: { IdentityId?: string; message?: string } = JSON.parse(await response.text());
      if (response.status >= 500) {
        broken++;
        return false;
      }
      if (answer.IdentityId === undefined) {
        refusals.add(`${response.status} ${answer.message}`);
        return false;
      }
      answered++;
      const before = acknowledged.get(user) ?? answer.IdentityId;
      if (before !== answer.IdentityId) changed.add(`user-${user}`);
      acknowledged.set(user, before);
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') hung++;
      else broken++;
      return false;
    }
  }

  // Two clients at a time come with the same users: one of each two new ones, and some that are known.
  async function signInForEver(client: number): Promise<void> {
    for (let round = 0; !over; round++) {
      const pair = client >> 1;
      const user = round % 4 === 3 ? Math.floor(Math.random() * tokens.length) : round * clients + pair;
      await signIn(user);
      // Enough for a worker to have something in hand whenever it dies; and everybody is asked for again in the end.
      await sleep(30);
    }
  }

  async function createRolesForEver(): Promise<void> {
    for (let n = 0; !over; n++) {
      const RoleName = `role-${n}`;
      const AssumeRolePolicyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' },
      });
      await iam
        .send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
        .then(() => roles.push(RoleName))
        .catch(() => broken++);
      await sleep(5);
    }
  }

  const load = [
    createRolesForEver(),
    ...Array.from({ length: clients }, (_, client) => signInForEver(client)),
  ];
  let killed = 0;
  let due = answersBetweenKills;
  while (killed < kills) {
    await sleep(200 + Math.random() * 300);
    const living = Object.values(cluster.workers ?? {}).flatMap((worker) => worker?.process.pid ?? []);
    const victim = living[killed % living.length];
    if (living.length < 2 || victim === undefined || answered < due || roles.length === 0) continue;
    process.kill(victim, 'SIGKILL');
    killed++;
    due = answered + answersBetweenKills;
  }
  await sleep(500);
  over = true;
  await Promise.all(load);

  const users = [...tokens.keys()].filter((user) => tokens[user] !== undefined);
  for (const user of users) while (!(await signIn(user))) await sleep(50);
  const lostRoles: string[] = [];
  for (const RoleName of roles) {
    await iam.send(new GetRoleCommand({ RoleName })).catch(() => lostRoles.push(RoleName));
  }
  let identities = 0;
  let NextToken: string | undefined;
  do {
    const page = await cognito.send(new ListIdentitiesCommand({ IdentityPoolId, MaxResults: 60, NextToken }));
    identities += page.Identities?.length ?? 0;
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return {
    answered,
    broken,
    hung,
    refusals: [...refusals],
    kills: killed,
    changed: [...changed],
    users: users.length,
    identities,
    lostRoles,
    roles: roles.length,
  };
}
