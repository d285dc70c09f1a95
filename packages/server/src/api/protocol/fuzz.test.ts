import { createHash } from 'node:crypto';
import { signRequest } from '@daypass/sigv4';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFederation, type TestFederation, trusting } from '../../federation/testing/federation.ts';
import { poolDocument } from '../../federation/testing/pool.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import type { PoolDocument } from '../../store/documents.ts';
import { cognitoIdentityOperations } from '../cognito-identity/operations.ts';
import { answerJson } from '../json-endpoint.ts';
import { type ApiRequest, bind, type Gate, type Service } from '../service.ts';
import { memberShape, type Shape, type StringShape } from './shape.ts';

const region = 'us-east-1';
const poolIds = ['us-east-1:aaaa', 'us-east-1:bbbb'].map((id) => id as PoolId);
const identityIds = ['us-east-1:a1', 'us-east-1:a2', 'us-east-1:a3', 'us-east-1:b1'].map(
  (id) => id as IdentityId,
);
const developers = 'login.my.backend';
const example = 'login.example.test';
const google = 'accounts.google.com';
const providerArn = `arn:aws:iam::000000000000:oidc-provider/${example}`;
const roleArn = 'arn:aws:iam::000000000000:role/Player';

let federation: TestFederation;
let service: Service;
let gate: Gate;
/** Texts that mean something here; the tokens of the two providers join them. */
const meaningful: string[] = [
  ...poolIds,
  ...identityIds,
  ...[
    developers,
    example,
    google,
    'graph.facebook.com',
    'cognito-identity.amazonaws.com',
    providerArn,
    roleArn,
  ],
  ...poolIds.map((id) => `arn:aws:cognito-identity:${region}:000000000000:identitypool/${id}`),
  ...[
    'authenticated',
    'unauthenticated',
    'ada',
    'eve',
    'us-east-1:0',
    '__proto__',
    'aws:tag',
    '000000000000',
    'game',
  ],
  ...['a\0b', '\ud800', '\u{1f600}'.repeat(700), 'x'.repeat(2100)],
];

beforeAll(async () => {
  federation = await openFederation();
  const { store, clock, place } = federation;
  service = bind('cognito-identity', cognitoIdentityOperations, {
    store,
    clock,
    place,
    federation,
    authorization: {
      policiesOf: async () => undefined,
      findResource: async (resource) => ({ arn: resource, shown: resource, context: new Map() }),
    },
  });
  const caller = {
    kind: 'root',
    accessKeyId: 'AKIAROOT',
    arn: 'arn:root',
    userId: '0',
    account: '0',
  } as const;
  gate = {
    clock,
    region,
    openCredentials: async () => ({ status: 'valid', secretKey: 'secret', caller }),
    policiesOf: async () => undefined,
    findResource: async (arn) => ({ shown: arn, arn, context: new Map() }),
  };
  await federation.addRole(
    'Player',
    poolIds.map((id) => trusting(id)),
  );
  const { issuers } = federation;
  for (const sub of ['ada', 'eve'])
    meaningful.push(await issuers.example.token({ sub }), await issuers.google.token({ sub }));
});

afterAll(() => federation.close());

/** Two pools; a guest, a person with three logins and one with one in the first, somebody else in the second. */
async function setUp(): Promise<void> {
  const { store } = federation;
  for (const { key } of await store.collection('pools').list({ limit: 1000 })) {
    await store.deleteIdentitiesOfPool(key as PoolId);
    await store.collection('pools').delete(key);
  }
  for (const [index, poolId] of poolIds.entries()) {
    const mapping = { type: 'Token', ambiguousRoleResolution: 'Deny' } as const;
    const document: PoolDocument = poolDocument({
      poolId,
      openIdConnectProviderArns: [providerArn],
      supportedLoginProviders: { [google]: 'game' },
      developerProviderName: developers,
      roles: { authenticated: roleArn, unauthenticated: roleArn },
      ...(index === 1 && { roleMappings: { [google]: mapping }, allowUnauthenticatedIdentities: false }),
    });
    await store.collection('pools').insert(poolId, document);
    federation.pools.forget(poolId);
  }
  const [a1, a2, a3, b1] = identityIds as [IdentityId, IdentityId, IdentityId, IdentityId];
  const [a, b] = poolIds as [PoolId, PoolId];
  const login = (provider: string, subject: string, identityId: IdentityId) => ({
    provider,
    subject,
    identityId,
  });
  const addLogins = [
    login(google, 'ada', a2),
    login(example, 'ada', a2),
    login(developers, 'ada', a2),
    login(google, 'eve', a3),
  ];
  await store.applyIdentityChange({ poolId: a, at: 0, create: [a1, a2, a3], addLogins });
  await store.applyIdentityChange({ poolId: b, at: 0, create: [b1], addLogins: [login(example, 'ada', b1)] });
}

async function everything(): Promise<string> {
  const { store } = federation;
  const pools = await store.collection('pools').list({ limit: 1000 });
  const ids = [...new Set([...poolIds, ...pools.map(({ key }) => key as PoolId)])].sort();
  const identities = await Promise.all(ids.map((poolId) => store.findIdentities({ poolId, limit: 1000 })));
  return JSON.stringify([pools, identities]);
}

/** Values that a shape may have, and such that it may not. */
function valueFor(shape: Shape): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 200, arbitrary: likely(shape) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
}

function likely(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return textOf(shape);
    case 'integer':
      return fc.oneof(fc.integer({ min: shape.min ?? 0, max: shape.max ?? 100 }), fc.integer(), fc.double());
    case 'boolean':
      return fc.boolean();
    case 'list':
      return fc.array(valueFor(shape.member), { maxLength: 4 });
    case 'map':
      return fc
        .array(fc.tuple(textOf(shape.key), valueFor(shape.value)), { maxLength: 4 })
        .map((entries) => Object.fromEntries(entries));
    case 'structure': {
      const members = Object.entries(shape.members).map(([name, member]) => {
        const { shape: of, isRequired } = memberShape(member);
        const weight = isRequired ? 30 : 1;
        const entry = valueFor(of).map((value) => [[name, value]] as const);
        return fc.oneof({ weight, arbitrary: entry }, { weight: 1, arbitrary: fc.constant([] as const) });
      });
      return fc.tuple(...members).map((entries) => Object.fromEntries(entries.flat()));
    }
  }
}

function textOf(shape: StringShape): fc.Arbitrary<string> {
  const { values, regExp, min = 0, max = Number.POSITIVE_INFINITY } = shape;
  if (values !== undefined) return fc.oneof(fc.constantFrom(...values), fc.string());
  const fitting = meaningful.filter(
    (text) => text.length >= min && text.length <= max && (regExp?.test(text) ?? true),
  );
  const chosen = fitting.length > 0 ? fc.constantFrom(...fitting) : fc.string();
  return fc.oneof(
    { weight: 60, arbitrary: chosen },
    { weight: 1, arbitrary: fc.constantFrom(...meaningful) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
}

async function call(operation: string, body: string) {
  const payload = Buffer.from(body);
  const request = {
    method: 'POST',
    path: '/',
    query: '',
    headers: [['host', 'localhost']] as [string, string][],
  };
  const key = { accessKeyId: 'AKIAROOT', secretKey: 'secret', region, service: 'cognito-identity' };
  const signature = signRequest(
    request,
    { ...key, now: federation.clock.now() },
    createHash('sha256').update(payload).digest('hex'),
  );
  const signed: ApiRequest = {
    ...request,
    headers: [...request.headers, ...signature],
    requestId: 'id',
    sourceIp: '127.0.0.1',
    body: payload,
  };
  return answerJson(gate, service, operation, signed);
}

/** What the API model gives the operations, and what the framework in front of them says. */
const legalErrors: ReadonlySet<string> = new Set([
  'ConcurrentModificationException',
  'DeveloperUserAlreadyRegisteredException',
  'InvalidIdentityPoolConfigurationException',
  'InvalidParameterException',
  'LimitExceededException',
  'NotAuthorizedException',
  'ResourceConflictException',
  'ResourceNotFoundException',
  'AccessDeniedException',
  'SerializationException',
  'ValidationException',
]);

/** Calls in one world, and worlds: together more than 10,000 calls a run. */
const calls = 12;
const worlds = 900;

describe('any body to any operation', () => {
  it('is answered, or refused with an error of the model and no trace in the store', async () => {
    const one = fc
      .constantFrom(...cognitoIdentityOperations)
      .chain(({ name, input }) =>
        fc.tuple(
          fc.constant(name),
          fc.oneof(
            { weight: 40, arbitrary: valueFor(input).map((value) => JSON.stringify(value) ?? '') },
            { weight: 1, arbitrary: fc.json() },
            { weight: 1, arbitrary: fc.string() },
          ),
        ),
      );
    const outcomes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: calls, maxLength: calls }), async (bodies) => {
        await setUp();
        let before = await everything();
        for (const [operation, body] of bodies) {
          const { status, body: answer, error } = await call(operation, body);
          const after = await everything();
          const outcome = error?.code ?? 'success';
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          if (status !== 200 || error !== undefined) {
            const refusal = `${operation} ${body} → ${answer} ${error?.cause}`;
            expect(legalErrors, refusal).toContain(JSON.parse(answer).__type);
            expect(after === before, refusal).toBe(true);
          }
          before = after;
        }
      }),
      { numRuns: worlds, endOnFailure: true },
    );
    // Proof that the bodies reach what lies behind the decoding.
    expect(outcomes.get('success')).toBeGreaterThan(500);
    for (const code of ['InvalidParameterException', 'NotAuthorizedException', 'ResourceNotFoundException'])
      expect(outcomes.get(code), code).toBeGreaterThan(0);
  }, 60_000);
});
