import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  DeleteIdentitiesCommand,
  GetIdCommand,
  GetOpenIdTokenCommand,
  GetOpenIdTokenForDeveloperIdentityCommand,
  ListIdentityPoolsCommand,
} from '@aws-sdk/client-cognito-identity';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { JwtVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callDaypass } from '../../../../../conformance/rig/daypass-api.ts';
import type { Daypass } from '../../config.ts';
import { startDaypass } from '../../main.ts';
import { TestClock } from '../../tokens/testing/issuer.ts';
import {
  account,
  administrator,
  allow,
  configFor,
  keysIn,
  refusal,
  region,
  stsFor,
  webIdentity,
  webRoles,
} from './testing.ts';

const provider = 'cognito-identity.amazonaws.com';
const notAuthorized = ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'];

let daypass: Daypass;
let cognito: CognitoIdentityClient;
let createRole: ReturnType<typeof webRoles>;
let assume: ReturnType<typeof webIdentity>;
let poolId: string;

beforeAll(async () => {
  daypass = await startDaypass({ port: 0, logLevel: 'silent' });
  cognito = new CognitoIdentityClient(configFor(daypass.url, daypass.rootCredentials));
  createRole = webRoles(administrator(daypass.url, daypass.rootCredentials), provider);
  assume = webIdentity(daypass.url);
  const { IdentityPoolId = '' } = await cognito.send(
    new CreateIdentityPoolCommand({
      IdentityPoolName: 'players',
      AllowUnauthenticatedIdentities: true,
      DeveloperProviderName: 'login.game',
    }),
  );
  poolId = IdentityPoolId;
});

afterAll(() => daypass.close());

/** The first half of the basic flow, for a guest. */
async function guest(): Promise<{ IdentityId: string; Token: string }> {
  const { IdentityId } = await cognito.send(new GetIdCommand({ IdentityPoolId: poolId }));
  const { Token = '' } = await cognito.send(new GetOpenIdTokenCommand({ IdentityId }));
  return { IdentityId: IdentityId ?? '', Token };
}

function trusting(amr: string, more: object = {}) {
  return {
    Condition: {
      StringEquals: { [`${provider}:aud`]: poolId },
      'ForAnyValue:StringLike': { [`${provider}:amr`]: amr },
    },
    ...more,
  };
}

describe('the token of an identity pool', () => {
  it('opens a role to its identity: the basic flow', async () => {
    const { IdentityId, Token } = await guest();
    const RoleArn = await createRole(trusting('unauthenticated'), [
      allow('cognito-identity:ListIdentityPools', {
        Condition: { StringEquals: { [`${provider}:sub`]: IdentityId, [`${provider}:aud`]: poolId } },
      }),
    ]);
    const answer = await assume({ RoleArn, WebIdentityToken: Token });
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: IdentityId,
      Provider: provider,
      Audience: poolId,
    });
    const call = (credentials: ReturnType<typeof keysIn>) =>
      new CognitoIdentityClient(configFor(daypass.url, credentials)).send(
        new ListIdentityPoolsCommand({ MaxResults: 1 }),
      );
    await expect(call(keysIn(answer.Credentials))).resolves.toBeDefined();
    // Another identity has the same role, but not its rights.
    const other = await assume({ RoleArn, WebIdentityToken: (await guest()).Token });
    expect((await refusal(call(keysIn(other.Credentials))))[1]).toContain('no identity-based policy allows');
  });

  it('opens no role that asks for another pool, or for more than a guest', async () => {
    const { Token } = await guest();
    const otherPool = { Condition: { StringEquals: { [`${provider}:aud`]: `${region}:another` } } };
    for (const statement of [otherPool, trusting('authenticated')]) {
      expect(
        await refusal(assume({ RoleArn: await createRole(statement), WebIdentityToken: Token })),
      ).toEqual(notAuthorized);
    }
  });

  it('carries the principal tags that a developer gives his user', async () => {
    const { Token = '' } = await cognito.send(
      new GetOpenIdTokenForDeveloperIdentityCommand({
        IdentityPoolId: poolId,
        Logins: { 'login.game': 'ada' },
        PrincipalTags: { team: 'red' },
      }),
    );
    const RoleArn = await createRole(trusting('authenticated'));
    expect(await refusal(assume({ RoleArn, WebIdentityToken: Token }))).toEqual([
      'AccessDenied',
      'Not authorized to perform sts:TagSession',
    ]);
    const open = trusting('login.game:*', { Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'] });
    expect(await assume({ RoleArn: await createRole(open), WebIdentityToken: Token })).toMatchObject({
      PackedPolicySize: 1,
    });
  });

  it('is worth nothing once its identity is deleted, or when it was changed', async () => {
    const RoleArn = await createRole(trusting('*'));
    const { IdentityId, Token } = await guest();
    await expect(assume({ RoleArn, WebIdentityToken: Token })).resolves.toBeDefined();
    await cognito.send(new DeleteIdentitiesCommand({ IdentityIdsToDelete: [IdentityId] }));
    expect(await refusal(assume({ RoleArn, WebIdentityToken: Token }))).toEqual(notAuthorized);

    const [header, payload = '', signature] = (await guest()).Token.split('.');
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: `${region}:other` };
    const forged = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    expect(await refusal(assume({ RoleArn, WebIdentityToken: forged }))).toEqual([
      'InvalidIdentityToken',
      "Couldn't verify signed token.",
    ]);
  });

  it('expires after ten minutes', async () => {
    const clock = new TestClock(Date.now());
    const server = await startDaypass({ port: 0, logLevel: 'silent', clock });
    const pools = new CognitoIdentityClient(configFor(server.url, server.rootCredentials));
    const { IdentityPoolId } = await pools.send(
      new CreateIdentityPoolCommand({ IdentityPoolName: 'guests', AllowUnauthenticatedIdentities: true }),
    );
    const roles = webRoles(administrator(server.url, server.rootCredentials), provider);
    const RoleArn = await roles({ Condition: { StringEquals: { [`${provider}:aud`]: IdentityPoolId } } });
    const { IdentityId } = await pools.send(new GetIdCommand({ IdentityPoolId }));
    const { Token = '' } = await pools.send(new GetOpenIdTokenCommand({ IdentityId }));
    const enter = () => webIdentity(server.url)({ RoleArn, WebIdentityToken: Token });
    clock.advance(599);
    await expect(enter()).resolves.toBeDefined();
    clock.advance(1);
    expect(await refusal(enter())).toEqual([
      'ExpiredTokenException',
      `Token expired: current date/time ${clock.seconds} must be before the expiration date/time ${clock.seconds}`,
    ]);
    await server.close();
  });

  it('is the root of a chain of sessions, which ends with its identity being revoked', async () => {
    const { IdentityId, Token } = await guest();
    const first = await createRole(trusting('*'));
    const second = await administrator(daypass.url, daypass.rootCredentials).createRole('chained', [
      { Effect: 'Allow', Principal: { AWS: first }, Action: 'sts:AssumeRole' },
    ]);
    const session = keysIn((await assume({ RoleArn: first, WebIdentityToken: Token })).Credentials);
    const { Credentials } = await stsFor(daypass.url, session).send(
      new AssumeRoleCommand({ RoleArn: second, RoleSessionName: 'chained' }),
    );
    const chained = stsFor(daypass.url, keysIn(Credentials));
    await expect(chained.send(new GetCallerIdentityCommand({}))).resolves.toBeDefined();
    await callDaypass(daypass, 'RevokeSessions', { IdentityId });
    expect((await refusal(chained.send(new GetCallerIdentityCommand({}))))[0]).toBe('ExpiredToken');
  });

  describe('is verified through the served discovery document', () => {
    async function discovered(): Promise<{ issuer: string; jwks_uri: string }> {
      const response = await fetch(`${daypass.url}/.well-known/openid-configuration`);
      return response.json();
    }

    it('by jose', async () => {
      const { IdentityId, Token } = await guest();
      const { issuer, jwks_uri } = await discovered();
      expect(issuer).toBe(daypass.url);
      const keys = createRemoteJWKSet(new URL(jwks_uri));
      const { payload, protectedHeader } = await jwtVerify(Token, keys, { issuer, audience: poolId });
      expect(protectedHeader).toEqual({ alg: 'RS512', typ: 'JWS', kid: expect.any(String) });
      expect(payload).toEqual({
        sub: IdentityId,
        aud: poolId,
        amr: ['unauthenticated'],
        iss: daypass.url,
        'https://cognito-identity.amazonaws.com/identity-pool-arn': `arn:aws:cognito-identity:${region}:${account}:identitypool/${poolId}`,
        iat: expect.any(Number),
        exp: (payload.iat ?? 0) + 600,
      });
    });

    it('by aws-jwt-verify', async () => {
      const { IdentityId, Token } = await guest();
      const { issuer, jwks_uri: jwksUri } = await discovered();
      // Its own fetcher speaks https only.
      const fetcher = { fetch: async (uri: string) => (await fetch(uri)).arrayBuffer() };
      const verifier = JwtVerifier.create(
        { issuer, audience: poolId, jwksUri },
        { jwksCache: new SimpleJwksCache({ fetcher }) },
      );
      expect(await verifier.verify(Token)).toMatchObject({ sub: IdentityId, amr: ['unauthenticated'] });
    });
  });
});
