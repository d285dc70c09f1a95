import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  STSClient,
} from '@aws-sdk/client-sts';

export const region = 'us-east-1';
export const account = '000000000000';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The settings of an unmodified AWS client. */
export function configFor(url: string, credentials: Keys) {
  return { endpoint: url, region, credentials, maxAttempts: 1 };
}

/** An STS client; without keys of its own it can call the public operations only. */
export function stsFor(url: string, credentials: Keys = { accessKeyId: 'none', secretAccessKey: 'none' }) {
  return new STSClient(configFor(url, credentials));
}

export function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

export function allow(action: string | readonly string[], more: object = {}): object {
  return { Effect: 'Allow', Action: action, Resource: '*', ...more };
}

/** The steps of an administrator that the tests of STS begin with. */
export function administrator(url: string, rootCredentials: Keys) {
  const iam = new IAMClient(configFor(url, rootCredentials));

  async function createRole(
    name: string,
    trust: readonly object[],
    permissions: readonly object[] = [],
    more: { MaxSessionDuration?: number; Path?: string; Tags?: { Key: string; Value: string }[] } = {},
  ): Promise<string> {
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: policy(...trust), ...more }),
    );
    if (permissions.length > 0) {
      const PolicyDocument = policy(...permissions);
      await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'rights', PolicyDocument }));
    }
    return Role?.Arn ?? '';
  }

  /** A user with a key; `permissions` is his inline policy. */
  async function createUser(name: string, permissions: readonly object[] = []): Promise<Keys> {
    await iam.send(new CreateUserCommand({ UserName: name }));
    if (permissions.length > 0) {
      const PolicyDocument = policy(...permissions);
      await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'rights', PolicyDocument }));
    }
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    return keysIn(AccessKey);
  }

  async function createPolicy(name: string, ...statements: readonly object[]): Promise<string> {
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: name, PolicyDocument: policy(...statements) }),
    );
    return Policy?.Arn ?? '';
  }

  return { iam, createRole, createUser, createPolicy };
}

/** Makes roles, each with a name of its own, that users of a web identity provider may take; `statement` changes the trust. */
export function webRoles({ createRole }: ReturnType<typeof administrator>, federated: string) {
  let made = 0;
  return (
    statement: object = {},
    permissions: readonly object[] = [],
    more: Parameters<typeof createRole>[3] = {},
  ): Promise<string> => {
    const trust = {
      Effect: 'Allow',
      Principal: { Federated: federated },
      Action: 'sts:AssumeRoleWithWebIdentity',
      ...statement,
    };
    return createRole(`web-${++made}`, [trust], permissions, more);
  };
}

/** Calls AssumeRoleWithWebIdentity as `ada`, unless the input says otherwise. */
export function webIdentity(url: string) {
  const sts = stsFor(url);
  return (
    input: Partial<AssumeRoleWithWebIdentityCommandInput> & { RoleArn: string; WebIdentityToken: string },
  ) => sts.send(new AssumeRoleWithWebIdentityCommand({ RoleSessionName: 'ada', ...input }));
}

/** Credentials as an answer of AWS has them, as a client takes them. */
export function keysIn(
  given:
    | {
        AccessKeyId?: string | undefined;
        SecretAccessKey?: string | undefined;
        SecretKey?: string | undefined;
        SessionToken?: string | undefined;
      }
    | undefined,
): Keys {
  const { AccessKeyId = '', SecretAccessKey, SecretKey, SessionToken } = given ?? {};
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey ?? SecretKey ?? '',
    ...(SessionToken !== undefined && { sessionToken: SessionToken }),
  };
}

/** Code and text of the error that a call must end with. */
export async function refusal(call: Promise<unknown>): Promise<readonly [code: string, message: string]> {
  const error: unknown = await call.then(
    () => {
      throw new Error('the call was expected to be refused, and was not');
    },
    (error: unknown) => error,
  );
  if (!(error instanceof Error)) throw error;
  const code = 'Code' in error ? String(error.Code) : error.name;
  return [code, error.message];
}
