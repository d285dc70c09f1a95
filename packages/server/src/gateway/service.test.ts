import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { knownServices, RulesError, type ServiceRules } from './service/rules.ts';
import { createServiceHandler, scopedService } from './service.ts';
import {
  account,
  backendAt,
  type Listening,
  listen,
  type Player,
  type RawRequest,
  type RecordingStore,
  recordingStore,
  region,
  type Surroundings,
  send,
  signed,
  surroundings,
} from './testing.ts';

const lambdaRules: ServiceRules = {
  operations: [
    {
      operation: 'InvokeFunction',
      method: 'POST',
      path: '/2015-03-31/functions/{name}/invocations',
      query: ['Qualifier'],
      headers: ['X-Amz-Invocation-Type'],
      resource: 'arn:aws:lambda:${region}:${account}:function:${name}',
    },
    { operation: 'ListFunctions', method: 'GET', path: '/2015-03-31/functions/', query: ['MaxItems'] },
  ],
};

let store: RecordingStore;
let services: Surroundings;
const gateways = new Map<string, Listening>();

beforeAll(async () => {
  store = await recordingStore((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-amzn-requestid': 'theirs' }).end('{}');
  });
  services = surroundings();
  const { sqs = {} } = knownServices;
  for (const [name, rules] of Object.entries({ sqs, lambda: lambdaRules })) {
    const handler = createServiceHandler(services, { name, rules, backend: backendAt(store.url) });
    gateways.set(name, await listen((request, response) => void handler(request, response, 'request-1')));
  }
});

afterAll(async () => {
  for (const gateway of gateways.values()) await gateway[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

beforeEach(() => {
  store.seen.length = 0;
  services.denials.length = 0;
});

let players = 0;
const player = (...statements: readonly object[]) => services.session(`player${++players}`, statements);
const allow = (Action: string, Resource = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: string, Resource = '*', more: object = {}) => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
});

const urlOf = (service: string) => gateways.get(service)?.url ?? '';

async function ask(service: 'sqs' | 'lambda', who: Player, request: RawRequest) {
  return send(urlOf(service), signed(urlOf(service), service, who, request));
}

const json = (operation: string, body: object = {}, headers: RawRequest['headers'] = []): RawRequest => ({
  method: 'POST',
  target: '/',
  headers: [['content-type', 'application/x-amz-json-1.0'], ['x-amz-target', operation], ...headers],
  body: JSON.stringify(body),
});
const form = (body: string, target = '/'): RawRequest => ({
  method: 'POST',
  target,
  headers: [['content-type', 'application/x-www-form-urlencoded; charset=utf-8']],
  body,
});
const sendMessage = json('AmazonSQS.SendMessage', { QueueUrl: 'http://q.test/1/moves', MessageBody: 'x' });

describe('any service', () => {
  it('gets a request that is allowed, signed anew and without anything of the client’s signature', async () => {
    const who = player(allow('sqs:SendMessage'));
    const answer = await ask('sqs', who, {
      ...sendMessage,
      headers: [...(sendMessage.headers ?? []), ['x-own', '1']],
    });
    expect(answer).toMatchObject({ status: 200, body: '{}', headers: { 'x-amzn-requestid': 'request-1' } });
    const [seen] = store.seen;
    expect(seen).toMatchObject({ method: 'POST', target: '/', body: Buffer.from(String(sendMessage.body)) });
    expect(seen?.headers.authorization).toMatch(/Credential=BACKENDKEY\/\d{8}\/us-east-1\/sqs\/aws4_request/);
    expect(Object.keys(seen?.headers ?? {}).sort()).toEqual([
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'x-amz-date',
      'x-amz-target',
    ]);
  });

  it('gets a form as it was read', async () => {
    const who = player(allow('sqs:SendMessage'));
    const body = 'Action=SendMessage&Version=2012-11-05&MessageBody=a;Action=DeleteQueue&Note=1+2%2B';
    expect((await ask('sqs', who, form(body))).status).toBe(200);
    expect(store.seen[0]?.body.toString()).toBe(
      'Action=SendMessage&Version=2012-11-05&MessageBody=a%3BAction%3DDeleteQueue&Note=1%202%2B',
    );
  });

  it('gets a request of a REST rule, and of it what the rule names', async () => {
    const who = player(allow('lambda:InvokeFunction', `arn:aws:lambda:${region}:${account}:function:score`));
    const invoke = (name: string): RawRequest => ({
      method: 'POST',
      target: `/2015-03-31/functions/${name}/invocations?Qualifier=live`,
      headers: [
        ['x-amz-invocation-type', 'Event'],
        ['x-amz-client-context', 'own'],
      ],
      body: '{}',
    });
    expect((await ask('lambda', who, invoke('score'))).status).toBe(200);
    expect(store.seen[0]?.headers).toMatchObject({ 'x-amz-invocation-type': 'Event' });
    expect(store.seen[0]?.headers).not.toHaveProperty('x-amz-client-context');
    expect(await ask('lambda', who, invoke('other'))).toMatchObject({
      status: 403,
      headers: { 'x-amzn-errortype': 'AccessDeniedException' },
      body: JSON.stringify({
        message: `User: ${who.caller.arn} is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:${region}:${account}:function:other because no identity-based policy allows the lambda:InvokeFunction action`,
      }),
    });
    expect(store.seen).toHaveLength(1);
  });

  it.each<[string, object[]]>([
    ['nothing of it', [allow('s3:*')]],
    ['another action', [allow('sqs:ReceiveMessage')]],
    ['another service', [allow('sns:SendMessage')]],
    [
      'one queue only, and nobody knows which this is',
      [allow('sqs:*', `arn:aws:sqs:${region}:${account}:moves`)],
    ],
    ['all queues but one', [{ Effect: 'Allow', Action: 'sqs:*', NotResource: 'arn:aws:sqs:*:*:secret' }]],
    [
      'all queues, and denies one',
      [allow('sqs:*'), deny('sqs:*', `arn:aws:sqs:${region}:${account}:secret`)],
    ],
    ['what has no tag', [allow('sqs:*', '*', { Condition: { Null: { 'aws:ResourceTag/secret': 'true' } } })]],
    [
      'by a key of the service',
      [allow('sqs:*', '*', { Condition: { StringNotEquals: { 'sqs:kind': 'x' } } })],
    ],
    [
      'and denies by a tag',
      [allow('sqs:*'), deny('sqs:*', '*', { Condition: { StringEquals: { 'aws:ResourceTag/a': 'b' } } })],
    ],
  ])('is not reached with a policy for %s', async (_what, statements) => {
    const who = player(...statements);
    expect(await ask('sqs', who, sendMessage)).toMatchObject({ status: 400 });
    expect(services.denials).toMatchObject([
      { caller: { arn: who.caller.arn }, action: 'sqs:SendMessage', resource: '*' },
    ]);
    expect(store.seen).toEqual([]);
  });

  it('is asked under the action that AWS has for the operation', async () => {
    const batch = json('AmazonSQS.SendMessageBatch');
    expect((await ask('sqs', player(allow('sqs:SendMessage')), batch)).status).toBe(200);
    expect((await ask('sqs', player(allow('sqs:*'), deny('sqs:SendMessage')), batch)).status).toBe(400);
  });

  it.each<[string, 'sqs' | 'lambda', RawRequest]>([
    ['a target of another service', 'sqs', json('DynamoDB_20120810.DeleteTable')],
    ['a target with too many parts', 'sqs', json('AmazonSQS.SendMessage.DeleteQueue')],
    ['two targets', 'sqs', json('AmazonSQS.SendMessage', {}, [['x-amz-target', 'AmazonSQS.DeleteQueue']])],
    ['a target on another path', 'sqs', { ...sendMessage, target: '/queue' }],
    ['a target with a query', 'sqs', { ...sendMessage, target: '/?Action=DeleteQueue' }],
    ['two actions', 'sqs', form('Action=SendMessage&Action=DeleteQueue&Version=2012-11-05')],
    ['two versions', 'sqs', form('Action=SendMessage&Version=2012-11-05&Version=2010-05-08')],
    ['another version', 'sqs', form('Action=CreateUser&Version=2010-05-08')],
    ['an action in the query', 'sqs', { method: 'GET', target: '/?Action=SendMessage&Version=2012-11-05' }],
    ['a path without a rule', 'lambda', { method: 'DELETE', target: '/2015-03-31/functions/score' }],
    ['a parameter without a rule', 'lambda', { method: 'GET', target: '/2015-03-31/functions/?All=true' }],
    [
      'a parameter twice',
      'lambda',
      { method: 'GET', target: '/2015-03-31/functions/?MaxItems=1&MaxItems=2' },
    ],
    [
      'an encoded segment',
      'lambda',
      { method: 'POST', target: '/2015-03-31/functions/a%2F..%2Fb/invocations' },
    ],
    ['dots', 'lambda', { method: 'POST', target: '/2015-03-31/functions/../invocations' }],
  ])('does not get %s, whoever sends it', async (_what, service, request) => {
    const root = { ...player(allow('*')) };
    expect((await ask(service, root, request)).status).toBeGreaterThanOrEqual(400);
    expect(store.seen).toEqual([]);
  });

  it.each<[string, (who: Player) => RawRequest, object]>([
    [
      'no signature, to a JSON client',
      () => sendMessage,
      { status: 400, body: expect.stringContaining('"__type":"MissingAuthenticationTokenException"') },
    ],
    [
      'no signature, to a Query client',
      () => form('Action=SendMessage&Version=2012-11-05'),
      { status: 403, body: expect.stringContaining('<Code>MissingAuthenticationToken</Code>') },
    ],
    [
      'a body swapped after signing',
      (who) => ({
        ...signed(urlOf('sqs'), 'sqs', who, sendMessage),
        body: String(sendMessage.body).replace('"x"', '"y"'),
      }),
      { status: 400, body: expect.stringContaining('InvalidSignatureException') },
    ],
    [
      'a signature for another service',
      (who) => signed(urlOf('sqs'), 'lambda', who, sendMessage),
      { status: 400, body: expect.stringContaining("correct service: 'sqs'") },
    ],
    [
      'another target than was signed',
      (who) => {
        const request = signed(urlOf('sqs'), 'sqs', who, sendMessage);
        const headers = request.headers?.map(
          ([name, value]) => [name, value.replace('.SendMessage', '.DeleteQueue')] as const,
        );
        return { ...request, headers: headers ?? [] };
      },
      { status: 400, body: expect.stringContaining('InvalidSignatureException') },
    ],
  ])('refuses %s', async (_what, request, answer) => {
    const body = request(player(allow('*')));
    const length = ['content-length', String(Buffer.byteLength(body.body ?? ''))] as const;
    const headers = [...(body.headers ?? []).filter(([name]) => name !== 'content-length'), length];
    expect(await send(urlOf('sqs'), { ...body, headers })).toMatchObject(answer);
    expect(store.seen).toEqual([]);
  });

  it.each<[string, string, ServiceRules]>([
    ['s3', 's3', { target: 'X' }],
    ['a service of Daypass', 'sts', { version: '2011-06-15' }],
    ['no way to tell operations', 'sqs', {}],
    [
      'a resource with a wildcard',
      'sqs',
      { target: 'AmazonSQS', resource: 'arn:aws:sqs:${region}:${account}:*' },
    ],
    [
      'a resource with a name that no path has',
      'sqs',
      { target: 'AmazonSQS', resource: 'arn:aws:sqs:::${queue}' },
    ],
    ['a path with a pattern', 'x', { operations: [{ operation: 'A', method: 'GET', path: '/a/*' }] }],
  ])('cannot be set up with %s', (_what, name, rules) => {
    const service = { name, rules, backend: backendAt(store.url) };
    expect(() => createServiceHandler(services, service)).toThrow(RulesError);
  });

  it('is told by the credential scope', () => {
    const { headers = [] } = signed('http://a.test', 'sqs', player(allow('*')), sendMessage);
    expect(scopedService({ method: 'POST', path: '/', query: '', headers })).toBe('sqs');
    expect(scopedService({ method: 'POST', path: '/', query: '', headers: [] })).toBeUndefined();
  });
});
