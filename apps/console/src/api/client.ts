import { type AccessKey, signedHeaders } from './sign.ts';
import { readXml, textAt, type XmlElement } from './xml.ts';

/** A refusal as the service words it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  /** What ExplainFederation and the log know it by. */
  readonly requestId: string;

  constructor(code: string, message: string, requestId: string) {
    super(message);
    this.code = code;
    this.requestId = requestId;
  }
}

/** What a Query operation takes: texts, and lists of texts as `Name.member.N`. */
export type QueryInput = Readonly<Record<string, string | readonly string[]>>;

/** The service's API, every call signed with one administrator's key. A refusal is thrown as `ApiError`. */
export interface Api {
  cognito<Answer>(operation: string, input: object): Promise<Answer>;
  daypass<Answer>(operation: string, input: object): Promise<Answer>;
  /** Gives the result element. */
  iam(action: string, input?: QueryInput): Promise<XmlElement>;
  sts(action: string, input?: QueryInput): Promise<XmlElement>;
}

export interface Endpoint {
  readonly url: URL;
  readonly region: string;
}

export function openApi({ url, region }: Endpoint, key: AccessKey): Api {
  async function send(service: string, headers: Record<string, string>, body: string): Promise<Response> {
    const scope = { region, service, now: Date.now() };
    const signed = await signedHeaders({ host: url.host, headers, body }, key, scope);
    return fetch(new URL('/', url), { method: 'POST', headers: signed, body, referrerPolicy: 'no-referrer' });
  }

  async function json<Answer>(service: string, target: string, input: object): Promise<Answer> {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
    return answerOf(await send(service, headers, JSON.stringify(input)));
  }

  async function query(service: string, version: string, action: string, input: QueryInput) {
    const form = new URLSearchParams({ Action: action, Version: version });
    for (const [name, value] of Object.entries(input)) {
      if (typeof value === 'string') form.append(name, value);
      else for (const [at, member] of value.entries()) form.append(`${name}.member.${at + 1}`, member);
    }
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const response = await send(service, headers, String(form));
    const answer = readXml(await response.text());
    const result = answer.children.find(({ name }) => name === `${action}Result`);
    if (response.ok) return result ?? answer;
    throw new ApiError(textAt(answer, 'Error', 'Code'), textAt(answer, 'Error', 'Message'), idOf(response));
  }

  return {
    cognito: (operation, input) => json('cognito-identity', `AWSCognitoIdentityService.${operation}`, input),
    daypass: (operation, input) => json('daypass', `Daypass.${operation}`, input),
    iam: (action, input = {}) => query('iam', '2010-05-08', action, input),
    sts: (action, input = {}) => query('sts', '2011-06-15', action, input),
  };
}

/** Calls one of Daypass's operations that need no signature. */
export async function callPublic<Answer>(url: URL, operation: string, input: object): Promise<Answer> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Daypass.${operation}` };
  const body = JSON.stringify(input);
  return answerOf(
    await fetch(new URL('/', url), { method: 'POST', headers, body, referrerPolicy: 'no-referrer' }),
  );
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  const answer = JSON.parse((await response.text()) || '{}');
  if (response.ok) return answer;
  throw new ApiError(answer.__type ?? 'Unknown', answer.message ?? answer.Message ?? '', idOf(response));
}

function idOf(response: Response): string {
  return response.headers.get('x-amzn-requestid') ?? '';
}
