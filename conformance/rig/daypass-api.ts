import { createHash } from 'node:crypto';
import { signRequest } from '@daypass/sigv4';
import { type Endpoint, region } from './administrator.ts';

/** An answer of one of our own operations; a refused one has `__type` and `message`. */
type Answer = Record<string, unknown>;

/** Calls one of Daypass's own operations with the root key; the error's name and message are AWS-shaped. */
export async function callDaypass(
  { url, rootCredentials }: Endpoint,
  operation: string,
  input: object,
): Promise<Answer> {
  const body = JSON.stringify(input);
  const headers = [
    ['host', new URL(url).host],
    ['content-type', 'application/x-amz-json-1.1'],
    ['x-amz-target', `Daypass.${operation}`],
  ] as const;
  const { accessKeyId, secretAccessKey } = rootCredentials;
  const signed = signRequest(
    { method: 'POST', path: '/', query: '', headers },
    { accessKeyId, secretKey: secretAccessKey, region, service: 'daypass', now: Date.now() },
    createHash('sha256').update(body).digest('hex'),
  );
  const [, ...sent] = headers;
  const response = await fetch(url, {
    method: 'POST',
    headers: [...sent, ...signed].map(([name, value]) => [name, value]),
    body,
  });
  const answer: Answer = JSON.parse(await response.text());
  if (response.ok) return answer;
  throw Object.assign(new Error(String(answer.message ?? answer.Message)), { name: String(answer.__type) });
}
