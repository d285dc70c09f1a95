import { expect } from 'vitest';
import {
  parseSignature,
  presignRequest,
  SignatureError,
  type SignatureFailure,
  type SignedHttpRequest,
  signRequest,
  type VerificationKey,
  verifySignature,
} from './index.ts';
import { sha256Hex } from './signing-key.ts';

const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
export const now = Date.UTC(2026, 10, 23, 12);
export const key: VerificationKey = { secretKey, now, service: 'dynamodb', region: 'eu-west-1' };
export const signer = {
  accessKeyId: 'AKIDEXAMPLE',
  secretKey,
  now,
  service: 'dynamodb',
  region: 'eu-west-1',
};
export const body = '{"TableName":"scores"}';
export const plain: SignedHttpRequest = {
  method: 'POST',
  path: '/a/b',
  query: 'x=1',
  headers: [
    ['Host', 'localhost:4100'],
    ['X-Amz-Target', 'DynamoDB_20120810.Query'],
    ['Content-Type', 'application/x-amz-json-1.0'],
  ],
};

export function signed(
  request = plain,
  overrides: Partial<typeof signer> & { sessionToken?: string } = {},
  hash = sha256Hex(body),
) {
  const added = signRequest(request, { ...signer, ...overrides }, hash);
  return { ...request, headers: [...request.headers, ...added] };
}

export function presigned(
  overrides: Partial<typeof signer> & { sessionToken?: string } = {},
  expiresSeconds = 600,
) {
  const request = { ...plain, headers: plain.headers.slice(0, 1) };
  return {
    ...request,
    query: presignRequest(request, { ...signer, ...overrides, expiresSeconds }, sha256Hex(body)),
  };
}

export function verify(
  request: SignedHttpRequest,
  overrides: Partial<VerificationKey> = {},
  payload = body,
): void {
  const parsed = parseSignature(request);
  if (parsed === undefined) throw new SignatureError('missing', 'no credentials');
  verifySignature(parsed, request, { ...key, ...overrides }, sha256Hex(payload));
}

export function reasonOf(check: () => void): SignatureFailure | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof SignatureError) return error.reason;
    throw error;
  }
}

/** The request with each value of one header rewritten; `undefined` drops the header. */
export function withHeader(
  request: SignedHttpRequest,
  name: string,
  rewrite: (value: string) => string | undefined,
): SignedHttpRequest {
  const headers = request.headers.flatMap(([key, value]): [string, string][] => {
    const rewritten = key.toLowerCase() === name ? rewrite(value) : value;
    return rewritten === undefined ? [] : [[key, rewritten]];
  });
  return { ...request, headers };
}

export function replacing(request: SignedHttpRequest, from: string | RegExp, to: string): SignedHttpRequest {
  const changed = withHeader(request, 'authorization', (value) => value.replace(from, to));
  expect(changed).not.toEqual(request);
  return changed;
}

export function adding(request: SignedHttpRequest, ...headers: [string, string][]): SignedHttpRequest {
  return { ...request, headers: [...request.headers, ...headers] };
}

export function querying(request: SignedHttpRequest, from: string | RegExp, to: string): SignedHttpRequest {
  const query = request.query.replace(from, to);
  expect(query).not.toBe(request.query);
  return { ...request, query };
}
