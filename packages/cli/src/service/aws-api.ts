import { createHash } from 'node:crypto';
import { signRequest } from '@daypass/sigv4';
import { Failure } from '../failure.ts';
import { parseXml } from './xml.ts';

/** An AWS-compatible endpoint, and the key that signs requests to it. */
export interface Endpoint {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
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

/** Members of an AWS Query request: lists become `Name.member.1`, structures `Name.Member`. */
export type QueryValue =
  | string
  | number
  | boolean
  | undefined
  | readonly QueryValue[]
  | { readonly [member: string]: QueryValue };

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
  return answerOf(endpoint, status, text);
}

function answerOf(place: Pick<Endpoint, 'url'>, status: number, text: string): Record<string, unknown> {
  // Some operations answer with an empty body.
  const output = text === '' ? {} : parsedJson(place, status, text);
  if (status === 200) return output;
  const code = String(output.__type).replace(/^.*#/, '');
  throw new AwsError(code, String(output.message ?? output.Message ?? ''));
}

/** Calls an operation of Cognito Identity by its name. */
export function callCognito(
  endpoint: Endpoint,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> {
  return callJson(endpoint, 'cognito-identity', `AWSCognitoIdentityService.${operation}`, input);
}

/** Calls one of the operations that Daypass adds to AWS's. */
export function callDaypass(
  endpoint: Endpoint,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> {
  return callJson(endpoint, 'daypass', `Daypass.${operation}`, input);
}

/** Calls one of the operations of Daypass that need no signature. */
export async function callPublic(
  place: Pick<Endpoint, 'url'>,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> {
  const headers: [string, string][] = [
    ['content-type', 'application/x-amz-json-1.1'],
    ['x-amz-target', `Daypass.${operation}`],
  ];
  const { status, text } = await send(place.url, headers, JSON.stringify(input));
  return answerOf(place, status, text);
}

/** Calls an IAM operation; the answer is its result element, empty for operations without one. */
export function callIam(
  endpoint: Endpoint,
  action: string,
  input: { readonly [member: string]: QueryValue },
): Promise<Record<string, unknown>> {
  return callQuery(endpoint, 'iam', '2010-05-08', action, input);
}

/** Calls an STS operation; the answer is its result element. */
export function callSts(
  endpoint: Endpoint,
  action: string,
  input: { readonly [member: string]: QueryValue },
): Promise<Record<string, unknown>> {
  return callQuery(endpoint, 'sts', '2011-06-15', action, input);
}

/** Runs an operation that makes something, and is content if it is there already. */
export async function unlessThere(code: string, making: Promise<unknown>): Promise<void> {
  await making.catch((error: unknown) => {
    if (!isAwsError(error, code)) throw error;
  });
}

export function isAwsError(error: unknown, code: string): boolean {
  return error instanceof AwsError && error.code === code;
}

async function callQuery(
  endpoint: Endpoint,
  service: string,
  version: string,
  action: string,
  input: { readonly [member: string]: QueryValue },
): Promise<Record<string, unknown>> {
  const form = new URLSearchParams({ Action: action, Version: version });
  for (const [name, value] of Object.entries(input)) addMember(form, name, value);
  const headers: [string, string][] = [['content-type', 'application/x-www-form-urlencoded; charset=utf-8']];
  const { status, text } = await post(endpoint, service, headers, form.toString());
  const answer = parseXml(text);
  if (answer === undefined) throw notDaypass(endpoint, status);
  if (status === 200) return record(record(answer[`${action}Response`])[`${action}Result`]);
  const error = record(record(answer.ErrorResponse).Error);
  throw new AwsError(String(error.Code ?? `HTTP ${status}`), String(error.Message ?? ''));
}

function addMember(form: URLSearchParams, name: string, value: QueryValue): void {
  if (value === undefined) return;
  if (typeof value !== 'object') form.append(name, String(value));
  else if (isList(value)) {
    for (const [index, item] of value.entries()) addMember(form, `${name}.member.${index + 1}`, item);
  } else for (const [member, item] of Object.entries(value)) addMember(form, `${name}.${member}`, item);
}

function isList(value: object): value is readonly QueryValue[] {
  return Array.isArray(value);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function parsedJson(place: Pick<Endpoint, 'url'>, status: number, text: string): Record<string, unknown> {
  try {
    return record(JSON.parse(text));
  } catch {
    throw notDaypass(place, status);
  }
}

function notDaypass({ url }: Pick<Endpoint, 'url'>, status: number): Failure {
  return new Failure(`what answers at ${url} is not Daypass (HTTP ${status}); set --endpoint.`);
}

async function post(
  { url, region, accessKeyId, secretAccessKey, sessionToken }: Endpoint,
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
  const key = {
    accessKeyId,
    secretKey: secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    region,
    service,
    now: Date.now(),
  };
  const signature = signRequest(request, key, createHash('sha256').update(body).digest('hex'));
  return send(url, [...headers, ...signature], body);
}

/** Posts to an endpoint. Throws a `Failure` that names it when nothing answers. */
async function send(
  url: string,
  headers: [string, string][],
  body: string,
): Promise<{ status: number; text: string }> {
  try {
    // A signed request is for this endpoint alone.
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error' });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason =
      cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
        ? cause.code
        : String(cause instanceof Error ? cause.message : cause);
    throw new Failure(`${url} does not answer (${reason}); is it running? Set --endpoint.`);
  }
}
