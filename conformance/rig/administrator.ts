import {
  CognitoIdentity,
  CreateIdentityPoolCommand,
  type CreateIdentityPoolCommandInput,
  type IdentityDescription,
  SetIdentityPoolRolesCommand,
} from '@aws-sdk/client-cognito-identity';
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  IAM,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { STS } from '@aws-sdk/client-sts';

export const region = 'us-east-1';
export const account = '000000000000';

export interface Endpoint {
  readonly url: string;
  readonly rootCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Unmodified AWS clients with the root key, and the few steps every test begins with. */
export function administrator({ url, rootCredentials }: Endpoint) {
  const config = { endpoint: url, region, credentials: rootCredentials, maxAttempts: 1 };
  const cognito = new CognitoIdentity(config);
  const iam = new IAM(config);
  const sts = new STS(config);

  async function registerIssuer(key: string, clientIds: readonly string[]): Promise<string> {
    const { OpenIDConnectProviderArn = '' } = await iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: `https://${key}`, ClientIDList: [...clientIds] }),
    );
    return OpenIDConnectProviderArn;
  }

  async function createPool(input: Partial<CreateIdentityPoolCommandInput> = {}): Promise<string> {
    const { IdentityPoolId = '' } = await cognito.send(
      new CreateIdentityPoolCommand({
        IdentityPoolName: 'test',
        AllowUnauthenticatedIdentities: false,
        ...input,
      }),
    );
    return IdentityPoolId;
  }

  /** A role that identities of the pool may take, with what it allows. */
  async function createRole(
    name: string,
    poolId: string,
    amr: 'authenticated' | 'unauthenticated',
    statements: readonly object[] = [],
  ): Promise<string> {
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trustPolicy(poolId, amr) }),
    );
    if (statements.length > 0) {
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
      await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'rights', PolicyDocument }));
    }
    return Role?.Arn ?? '';
  }

  async function setRoles(poolId: string, roles: Record<string, string>): Promise<void> {
    await cognito.send(new SetIdentityPoolRolesCommand({ IdentityPoolId: poolId, Roles: roles }));
  }

  return { cognito, iam, sts, registerIssuer, createPool, createRole, setRoles };
}

/** Every identity of a pool. */
export async function listIdentities({ cognito }: ReturnType<typeof administrator>, IdentityPoolId: string) {
  const identities: IdentityDescription[] = [];
  let NextToken: string | undefined;
  do {
    const page = await cognito.listIdentities({ IdentityPoolId, MaxResults: 60, NextToken });
    identities.push(...(page.Identities ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return identities;
}

export function trustPolicy(poolId: string, amr: 'authenticated' | 'unauthenticated'): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: 'cognito-identity.amazonaws.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { 'cognito-identity.amazonaws.com:aud': poolId },
          'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': amr },
        },
      },
    ],
  });
}

/** The name and message an AWS client throws for a refused call. */
export async function refusal(call: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
    throw error;
  }
  throw new Error('the call was expected to be refused, and was not');
}
