import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canonicalRequest, type PathRule, stringToSign } from './canonical-request.ts';
import { parseSignature } from './parse.ts';
import type { SignedHttpRequest } from './request.ts';
import { presignRequest, signRequest } from './sign.ts';
import { hmac, sha256Hex, signingKey } from './signing-key.ts';
import { formatTimestamp } from './timestamp.ts';
import { verifySignature } from './verify.ts';

// AWS's published vectors (awslabs/aws-c-auth, tests/aws-signing-test-suite/v4, Apache-2.0) are not part of this
// repository; DAYPASS_SIGV4_SUITE names a copy of the folder, which is otherwise looked for beside the repository.
const suite =
  process.env.DAYPASS_SIGV4_SUITE ??
  fileURLToPath(new URL('../../../../shared/spec/sigv4-suite', import.meta.url));

interface Context {
  readonly credentials: { access_key_id: string; secret_access_key: string; token?: string };
  readonly expiration_in_seconds: number;
  readonly normalize: boolean;
  readonly region: string;
  readonly service: string;
  readonly timestamp: string;
  readonly omit_session_token?: boolean;
}

function read(name: string, file: string): string {
  return readFileSync(`${suite}/${name}/${file}`, 'latin1').replaceAll('\r\n', '\n');
}

function halves(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function readRequest(text: string): SignedHttpRequest & { readonly body: string } {
  const [head, body] = halves(text, '\n\n');
  const [requestLine = '', ...lines] = head.split('\n');
  const [, method = '', target = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(requestLine) ?? [];
  const [path, query] = halves(target, '?');
  const headers: [string, string][] = [];
  for (const line of lines.filter((line) => line !== '')) {
    const last = headers.at(-1);
    if (/^\s/.test(line) && last !== undefined) last[1] += `\n${line}`;
    else headers.push([line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]);
  }
  return { method, path, query, headers, body: body.replace(/\n$/, '') };
}

function without(request: SignedHttpRequest, ...names: string[]): SignedHttpRequest {
  return { ...request, headers: request.headers.filter(([name]) => !names.includes(name.toLowerCase())) };
}

function withoutToken(request: SignedHttpRequest): SignedHttpRequest {
  const query = request.query.replace(/&X-Amz-Security-Token=[^&]*/, '');
  return { ...without(request, 'x-amz-security-token'), query };
}

const cases = existsSync(suite) ? readdirSync(suite).filter((name) => !name.includes('.')) : [];
if (cases.length === 0)
  console.log('AWS signing test suite: not there, not run; set DAYPASS_SIGV4_SUITE to its folder');

describe.runIf(cases.length > 0)("AWS's signing test suite", () => {
  it('has its 38 cases', () => {
    expect(cases).toHaveLength(38);
  });

  describe.each(cases)('%s', (name) => {
    const context: Context = JSON.parse(read(name, 'context.json'));
    const now = Date.parse(context.timestamp);
    const { access_key_id: accessKeyId, secret_access_key: secretKey, token } = context.credentials;
    const pathRule: PathRule = context.normalize ? 'normalised' : 'verbatim';
    const key = { secretKey, now, service: context.service, region: context.region };

    it.each(['header', 'query'])('%s form: canonical request, string to sign and signature', (form) => {
      const signed = readRequest(read(name, `${form}-signed-request.txt`));
      const parsed = parseSignature(signed);
      if (parsed === undefined) throw new Error('no signature');
      expect(parsed).toMatchObject({
        form,
        accessKeyId,
        timestamp: now,
        signature: read(name, `${form}-signature.txt`),
      });

      const request = context.omit_session_token ? withoutToken(signed) : signed;
      const payload = sha256Hex(signed.body);
      const canonical = canonicalRequest(request, parsed.signedHeaders, payload, pathRule);
      expect(canonical).toBe(read(name, `${form}-canonical-request.txt`));
      const text = stringToSign(formatTimestamp(now), parsed.scope, canonical);
      expect(text).toBe(read(name, `${form}-string-to-sign.txt`));
      expect(hmac(signingKey(secretKey, parsed.scope), text)).toBe(parsed.signature);
      if (context.normalize) verifySignature(parsed, request, key, payload);
    });

    // The vectors name a service of which nobody knows that its paths are taken verbatim.
    if (!context.normalize) return;
    it('is signed with the same signature in both forms', () => {
      const request = readRequest(read(name, 'request.txt'));
      const sessionToken = token === undefined || context.omit_session_token ? {} : { sessionToken: token };
      const signer = {
        accessKeyId,
        secretKey,
        now,
        service: context.service,
        region: context.region,
        ...sessionToken,
      };
      const payload = sha256Hex(request.body);
      const signed = readRequest(read(name, 'header-signed-request.txt'));
      const given = context.omit_session_token
        ? request
        : without(signed, 'authorization', 'x-amz-date', 'x-amz-security-token');
      const added = new Map(signRequest(given, signer, payload));
      expect(added.get('authorization')).toContain(`Signature=${read(name, 'header-signature.txt')}`);
      const query = presignRequest(
        request,
        { ...signer, expiresSeconds: context.expiration_in_seconds },
        payload,
      );
      expect(query).toContain(`&X-Amz-Signature=${read(name, 'query-signature.txt')}`);
    });
  });

  it.each([
    ['post-sts-header-after', 'header', 'unsigned-header'],
    ['post-sts-header-after', 'query', 'mismatch'],
  ])('%s in %s form is refused as long as the unsigned session token is there', (name, form, reason) => {
    const request = readRequest(read(name, `${form}-signed-request.txt`));
    const parsed = parseSignature(request);
    if (parsed === undefined) throw new Error('no signature');
    const key = {
      secretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      now: Date.UTC(2015, 7, 30, 12, 36),
      service: 'service',
    };
    expect(() => verifySignature(parsed, request, key, sha256Hex(request.body))).toThrow(
      expect.objectContaining({ reason }),
    );
  });
});
