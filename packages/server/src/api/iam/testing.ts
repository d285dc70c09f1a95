import { IAM, IAMServiceException } from '@aws-sdk/client-iam';
import type { Daypass } from '../../config.ts';
import { startDaypass } from '../../main.ts';

/** A running service, spoken to by AWS's own client. */
export interface Running {
  readonly daypass: Daypass;
  /** Root's. */
  readonly iam: IAM;
  client(key: { accessKeyId: string; secretAccessKey: string }): IAM;
  close(): Promise<void>;
}

export async function serve(): Promise<Running> {
  const daypass = await startDaypass({ port: 0, logLevel: 'silent' });
  const clients: IAM[] = [];
  const client = ({ accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string }) => {
    const made = new IAM({
      endpoint: daypass.url,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    });
    clients.push(made);
    return made;
  };
  return {
    daypass,
    iam: client(daypass.rootCredentials),
    client,
    async close() {
      for (const each of clients) each.destroy();
      await daypass.close();
    },
  };
}

/** The error a call ends with, as its caller sees it. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof IAMServiceException)) throw error;
    // The client names errors by their shapes; the code on the wire has no such ending.
    return `${error.$metadata.httpStatusCode} ${error.name.replace(/Exception$/, '')}: ${error.message}`;
  }
  return 'no error';
}

export const account = '000000000000';

/** A document of one statement, as clients write it. */
export function policy(action: string, resource = '*', more: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource, ...more }],
  });
}

export function trust(pool = 'us-east-1:pool'): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: 'cognito-identity.amazonaws.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': pool } },
      },
    ],
  });
}
