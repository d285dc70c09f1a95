import { hash } from 'node:crypto';

export function sha256(body: Buffer): string {
  return hash('sha256', body);
}

export const emptySha256 = sha256(Buffer.alloc(0));

/** Base64 of the MD5 digest, as `Content-MD5` has it. */
export function contentMd5(body: Buffer): string {
  return hash('md5', body, 'base64');
}
