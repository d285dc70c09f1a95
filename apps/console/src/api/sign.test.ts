import { createHash } from 'node:crypto';
import { parseSignature, signRequest, verifySignature } from '@daypass/sigv4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedHeaders } from './sign.ts';

const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const scope = { region: 'us-east-1', service: 'daypass', now: Date.UTC(2026, 10, 23, 9, 5, 7, 250) };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('signedHeaders', () => {
  it('signs as @daypass/sigv4 does', async () => {
    const body = '{"MaxResults":10}';
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Daypass.FindIdentities',
    };
    const sent = await signedHeaders({ host: '127.0.0.1:4100', headers, body }, key, scope);
    const theirs = signRequest(
      {
        method: 'POST',
        path: '/',
        query: '',
        headers: [...Object.entries(headers), ['host', '127.0.0.1:4100']],
      },
      { ...scope, accessKeyId: key.accessKeyId, secretKey: key.secretAccessKey },
      sha256(body),
    );
    expect(sent).toEqual({ ...headers, ...Object.fromEntries(theirs) });
  });

  it('is accepted for any body, header and session token', async () => {
    const text = fc.string({ unit: 'grapheme' });
    const header = fc.stringMatching(/^[!-~]([ -~]*[!-~])?$/);
    const token = fc.stringMatching(/^[!-~]+$/);
    await fc.assert(
      fc.asyncProperty(text, header, token, async (body, value, sessionToken) => {
        const unsigned = { host: 'pass.example:8443', headers: { 'x-amz-target': value }, body };
        const sent = await signedHeaders(unsigned, { ...key, sessionToken }, scope);
        const request = {
          method: 'POST',
          path: '/',
          query: '',
          headers: Object.entries({ ...sent, host: unsigned.host }),
        };
        const signature = parseSignature(request);
        expect(signature?.sessionToken).toBe(sessionToken);
        if (signature === undefined) return;
        const verification = { ...scope, secretKey: key.secretAccessKey, maxSkewSeconds: 300 };
        verifySignature(signature, request, verification, sha256(body));
      }),
      { numRuns: 50 },
    );
  });
});
