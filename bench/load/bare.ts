import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';

/**
 * The physical limit: nothing but node:http. With a public key (a JWK in BARE_VERIFY_KEY) it also verifies the RS256
 * token in each request, which is what no exchange of a new token can do without.
 */
const jwk = process.env.BARE_VERIFY_KEY;
const key = jwk === undefined ? undefined : createPublicKey({ key: JSON.parse(jwk), format: 'jwk' });
const answer = JSON.stringify({ answer: 'x'.repeat(1000) });

function isGood(body: Buffer): boolean {
  if (key === undefined) return true;
  const { Logins } = JSON.parse(body.toString());
  const token: string = Object.values<string>(Logins)[0] ?? '';
  const dot = token.lastIndexOf('.');
  return verify(
    'sha256',
    Buffer.from(token.slice(0, dot)),
    key,
    Buffer.from(token.slice(dot + 1), 'base64url'),
  );
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(isGood(Buffer.concat(chunks)) ? 200 : 400, {
      'content-type': 'application/x-amz-json-1.1',
      'content-length': answer.length,
    });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null)
    console.log(`listening on http://127.0.0.1:${address.port}`);
});
process.on('SIGTERM', () => process.exit(0));
