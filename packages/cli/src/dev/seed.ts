import { callIam, callJson, type Endpoint, unlessThere } from '../service/aws-api.ts';
import { demo, guestPolicy, playerPolicy, provider, trustPolicy } from './demo.ts';

/**
 * Makes the demo's identity pool, OpenID provider and roles through the service's own API, as an operator would, and
 * returns the pool's id. What is there already stays, with its id; policies are brought up to date.
 */
export async function seedPool(service: Endpoint, account: string): Promise<string> {
  await unlessThere(
    'EntityAlreadyExists',
    callIam(service, 'CreateOpenIDConnectProvider', {
      Url: provider.issuer,
      'ClientIDList.member.1': provider.clientId,
    }),
  );
  // Also to a provider that is there from before.
  await callIam(service, 'AddClientIDToOpenIDConnectProvider', {
    OpenIDConnectProviderArn: providerArn(account),
    ClientID: provider.commandLineClientId,
  });
  const poolId = (await findPool(service)) ?? (await createPool(service, account));
  const player = {
    name: demo.playerRole,
    amr: 'authenticated',
    policy: playerPolicy(service.region, account),
  } as const;
  const guest = {
    name: demo.guestRole,
    amr: 'unauthenticated',
    policy: guestPolicy(service.region, account),
  } as const;
  for (const role of [player, guest]) {
    await unlessThere(
      'EntityAlreadyExists',
      callIam(service, 'CreateRole', {
        RoleName: role.name,
        AssumeRolePolicyDocument: JSON.stringify(trustPolicy(poolId, role.amr)),
      }),
    );
    await callIam(service, 'PutRolePolicy', {
      RoleName: role.name,
      PolicyName: 'Game',
      PolicyDocument: JSON.stringify(role.policy),
    });
  }
  const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
  await cognito(service, 'SetIdentityPoolRoles', {
    IdentityPoolId: poolId,
    Roles: { authenticated: roleArn(player.name), unauthenticated: roleArn(guest.name) },
  });
  return poolId;
}

/** Makes the tables; the DynamoDB store is asked directly, as the gateway serves items only. */
export async function seedTables(dynamodb: Endpoint): Promise<void> {
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
  const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' });
  const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' });
  const tables = [
    {
      TableName: demo.scoresTable,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [text('player'), text('at')],
      KeySchema: [hash('player'), range('at')],
    },
    {
      TableName: demo.highScoresTable,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [text('player'), text('board'), { AttributeName: 'points', AttributeType: 'N' }],
      KeySchema: [hash('player')],
      GlobalSecondaryIndexes: [
        {
          IndexName: demo.highScoresIndex,
          KeySchema: [hash('board'), range('points')],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
  ];
  for (const table of tables) {
    await unlessThere(
      'ResourceInUseException',
      callJson(dynamodb, 'dynamodb', 'DynamoDB_20120810.CreateTable', table),
    );
  }
}

async function findPool(service: Endpoint): Promise<string | undefined> {
  let NextToken: unknown;
  do {
    const page = await cognito(service, 'ListIdentityPools', {
      MaxResults: 60,
      ...(NextToken ? { NextToken } : {}),
    });
    const pools = page.IdentityPools as { IdentityPoolId: string; IdentityPoolName: string }[];
    const found = pools.find((pool) => pool.IdentityPoolName === demo.poolName);
    if (found) return found.IdentityPoolId;
    NextToken = page.NextToken;
  } while (NextToken);
  return undefined;
}

async function createPool(service: Endpoint, account: string): Promise<string> {
  const pool = await cognito(service, 'CreateIdentityPool', {
    IdentityPoolName: demo.poolName,
    AllowUnauthenticatedIdentities: true,
    OpenIdConnectProviderARNs: [providerArn(account)],
  });
  return String(pool.IdentityPoolId);
}

function providerArn(account: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${provider.key}`;
}

function cognito(service: Endpoint, operation: string, input: object): Promise<Record<string, unknown>> {
  return callJson(service, 'cognito-identity', `AWSCognitoIdentityService.${operation}`, input);
}
