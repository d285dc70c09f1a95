import { createHash } from 'node:crypto';
import { signRequest } from '@daypass/sigv4';

/** An AWS-compatible endpoint, and the key that signs requests to it. */
export interface Endpoint {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** An error in the endpoint's own words; `code` is AWS's type, such as `EntityAlreadyExists`. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** Calls an operation of an AWS JSON protocol, such as `AWSCognitoIdentityService.ListIdentityPools`. */
export async function callJson(
  endpoint: Endpoint,
  service: string,
  target: string,
  input: object,
): Promise<Record<string, unknown>> {
  const contentType = service === 'dynamodb' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  const headers: [string, string][] = [
    ['content-type', contentType],
    ['x-amz-target', target],
  ];
  const { status, text } = await post(endpoint, service, headers, JSON.stringify(input));
  // Some operations answer with an empty body.
  const output = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  if (status === 200) return output;
  const code = String(output.__type).replace(/^.*#/, '');
  throw new AwsError(code, String(output.message ?? output.Message ?? ''));
}

/** Calls an IAM operation (AWS Query protocol). What these answer with is not needed here. */
export async function callIam(
  endpoint: Endpoint,
  action: string,
  input: Readonly<Record<string, string>>,
): Promise<void> {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-08', ...input }).toString();
  const headers: [string, string][] = [['content-type', 'application/x-www-form-urlencoded; charset=utf-8']];
  const { status, text } = await post(endpoint, 'iam', headers, body);
  if (status === 200) return;
  const code = /<Code>(.*?)<\/Code>/s.exec(text)?.[1] ?? `HTTP ${status}`;
  throw new AwsError(code, /<Message>(.*?)<\/Message>/s.exec(text)?.[1] ?? '');
}

/** Runs an operation that makes something, and is content if it is there already. */
export async function unlessThere(code: string, making: Promise<unknown>): Promise<void> {
  await making.catch((error: unknown) => {
    if (!(error instanceof AwsError) || error.code !== code) throw error;
  });
}

async function post(
  { url, region, accessKeyId, secretAccessKey }: Endpoint,
  service: string,
  headers: readonly [string, string][],
  body: string,
): Promise<{ status: number; text: string }> {
  const request = {
    method: 'POST',
    path: '/',
    query: '',
    headers: [['host', new URL(url).host] as const, ...headers],
  };
  const key = { accessKeyId, secretKey: secretAccessKey, region, service, now: Date.now() };
  const signature = signRequest(request, key, createHash('sha256').update(body).digest('hex'));
  const response = await fetch(url, { method: 'POST', headers: [...headers, ...signature], body });
  return { status: response.status, text: await response.text() };
}
