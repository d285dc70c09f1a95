import { createHash } from 'node:crypto';
import { signRequest } from '@daypass/sigv4';
import type { Clock } from '../clock.ts';
import type { Daypass } from '../config.ts';

/** Calls what a test sets up, over the service's own API and signed with its root key. */
export interface Administrator {
  /** Calls an operation of Cognito Identity. Throws an `Error` with the service's words when it is refused. */
  cognito(operation: string, input: object): Promise<Readonly<Record<string, unknown>>>;
  /** Calls an operation of IAM; lists are given as `Name.member.1`. Throws like `cognito`. */
  iam(operation: string, input: Readonly<Record<string, string>>): Promise<void>;
}

export function administrator(
  { url, rootCredentials }: Pick<Daypass, 'url' | 'rootCredentials'>,
  { region, clock }: { readonly region: string; readonly clock: Clock },
): Administrator {
  const { accessKeyId, secretAccessKey: secretKey } = rootCredentials;

  async function call(service: string, headers: [string, string][], body: string): Promise<string> {
    const signature = signRequest(
      { method: 'POST', path: '/', query: '', headers: [['host', new URL(url).host], ...headers] },
      { accessKeyId, secretKey, region, service, now: clock.now() },
      createHash('sha256').update(body).digest('hex'),
    );
    const response = await fetch(url, { method: 'POST', headers: [...headers, ...signature], body });
    const text = await response.text();
    if (!response.ok) throw new Error(`the test service was not set up: ${text}`);
    return text;
  }

  return {
    async cognito(operation, input) {
      const headers: [string, string][] = [
        ['content-type', 'application/x-amz-json-1.1'],
        ['x-amz-target', `AWSCognitoIdentityService.${operation}`],
      ];
      const answer = await call('cognito-identity', headers, JSON.stringify(input));
      return answer === '' ? {} : JSON.parse(answer);
    },
    async iam(operation, input) {
      const form = new URLSearchParams({ Action: operation, Version: '2010-05-08', ...input });
      await call('iam', [['content-type', 'application/x-www-form-urlencoded']], form.toString());
    },
  };
}
