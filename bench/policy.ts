import { runSimulation, runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { compilePolicy, evaluate, type PolicyRequest, type PolicySet, parsePolicy } from '@daypass/policy';

const ACCOUNT = '000000000000';
const IDENTITY = 'us-east-1:12345678-dead-beef-cafe-123456790abc';
const OWN = '${cognito-identity.amazonaws.com:sub}';
const BUCKET = 'arn:aws:s3:::game';

interface Document {
  readonly Version: '2012-10-17';
  readonly Statement: readonly object[];
}

const policyOf = (...Statement: readonly object[]): Document => ({ Version: '2012-10-17', Statement });

const OWN_OBJECTS = {
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:PutObject'],
  Resource: `${BUCKET}/${OWN}/*`,
};

/** What is measured: the policies of a role; every request is a GET of an object of one's own. */
const POLICIES: Readonly<Record<string, Document>> = {
  small: policyOf(OWN_OBJECTS),
  typical: policyOf(
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: BUCKET,
      Condition: { StringLike: { 's3:prefix': `${OWN}/*` } },
    },
    {
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'],
      Resource: `arn:aws:dynamodb:*:${ACCOUNT}:table/scores`,
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [OWN] } },
    },
    {
      Effect: 'Deny',
      Action: 's3:*',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    OWN_OBJECTS,
  ),
  '100 statements': policyOf(
    ...Array.from({ length: 99 }, (_, i) => ({
      Effect: 'Allow',
      Action: ['s3:Get*', 's3:Put*'],
      Resource: `${BUCKET}-${i}/${OWN}/*/level-?/*`,
      Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
    })),
    OWN_OBJECTS,
  ),
};

const CONTEXT: Readonly<Record<string, string>> = {
  'cognito-identity.amazonaws.com:sub': IDENTITY,
  'aws:SecureTransport': 'true',
  'aws:SourceIp': '192.0.2.7',
};
const REQUEST: PolicyRequest = {
  action: 's3:GetObject',
  resource: `${BUCKET}/${IDENTITY}/save.json`,
  context: new Map(Object.entries(CONTEXT).map(([key, value]) => [key.toLowerCase(), value])),
};

function simulationOf(policy: Document): Simulation {
  return {
    request: {
      principal: `arn:aws:sts::${ACCOUNT}:assumed-role/Players/CognitoIdentityCredentials`,
      action: REQUEST.action,
      resource: { resource: REQUEST.resource, accountId: ACCOUNT },
      contextVariables: { ...CONTEXT },
    },
    identityPolicies: [{ name: 'role policy', policy }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
}

const MILLISECONDS = 1_000;

/** Calls per second, after a warm-up, of an operation that must answer true. */
async function rate(operation: () => boolean | Promise<boolean>, batch: number): Promise<number> {
  let calls = 0;
  let start = performance.now();
  for (const duration of [MILLISECONDS / 4, MILLISECONDS]) {
    calls = 0;
    start = performance.now();
    while (performance.now() - start < duration) {
      for (let i = 0; i < batch; i++) {
        const answer = operation();
        if (!(typeof answer === 'boolean' ? answer : await answer))
          throw new Error('the benchmark asks for a request that is allowed');
      }
      calls += batch;
    }
  }
  return (calls / (performance.now() - start)) * 1000;
}

/** Prints decisions per second of compiled policies beside iam-simulate with and without its checks of the input. */
export async function run(): Promise<void> {
  for (const [name, policy] of Object.entries(POLICIES)) {
    const policies: PolicySet = {
      identity: [compilePolicy(parsePolicy(JSON.stringify(policy), 'identity'), name)],
    };
    const simulation = simulationOf(policy);
    const daypass = await rate(() => evaluate(policies, REQUEST).allowed, 1_000);
    const unchecked = await rate(() => runUnsafeSimulation(simulation, {}) === 'Allowed', 10);
    // Any answer will do: its checks drop the identity's condition key, which they do not know for S3.
    const checked = await rate(async () => (await runSimulation(simulation, {})).resultType === 'single', 10);
    const ratio = (other: number): string => `${Math.round(daypass / other)}x`;
    const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;
    console.log(
      `policy, ${name}: ${ratio(unchecked)} iam-simulate unchecked, ${ratio(checked)} checked; ` +
        `daypass ${perSecond(daypass)} (${((1 / daypass) * 1e6).toFixed(2)} us), ` +
        `iam-simulate ${perSecond(unchecked)} unchecked, ${perSecond(checked)} checked`,
    );
  }
}
