import type { Header } from '../wire.ts';
import { S3Error } from './errors.ts';

/**
 * The headers of S3's operations, in lower case. Only these go on to the backend: a header of the backend's own
 * making could do what no policy was asked about.
 * Source: Amazon S3 API Reference, request parameters and common request headers.
 */
const plain = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-md5',
  'content-type',
  'expires',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'range',
]);

const amazon = new Set([
  'x-amz-acl',
  'x-amz-bucket-object-lock-enabled',
  'x-amz-bypass-governance-retention',
  'x-amz-checksum-algorithm',
  'x-amz-checksum-crc32',
  'x-amz-checksum-crc32c',
  'x-amz-checksum-crc64nvme',
  'x-amz-checksum-mode',
  'x-amz-checksum-sha1',
  'x-amz-checksum-sha256',
  'x-amz-checksum-type',
  'x-amz-copy-source',
  'x-amz-copy-source-if-match',
  'x-amz-copy-source-if-modified-since',
  'x-amz-copy-source-if-none-match',
  'x-amz-copy-source-if-unmodified-since',
  'x-amz-copy-source-range',
  'x-amz-copy-source-server-side-encryption-customer-algorithm',
  'x-amz-copy-source-server-side-encryption-customer-key',
  'x-amz-copy-source-server-side-encryption-customer-key-md5',
  'x-amz-expected-bucket-owner',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-if-match-initiated-time',
  'x-amz-if-match-last-modified-time',
  'x-amz-if-match-size',
  'x-amz-max-parts',
  'x-amz-metadata-directive',
  'x-amz-mp-object-size',
  'x-amz-object-attributes',
  'x-amz-object-lock-legal-hold',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
  'x-amz-object-ownership',
  'x-amz-optional-object-attributes',
  'x-amz-part-number-marker',
  'x-amz-request-payer',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-server-side-encryption-context',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-customer-key',
  'x-amz-server-side-encryption-customer-key-md5',
  'x-amz-source-expected-bucket-owner',
  'x-amz-storage-class',
  'x-amz-tagging',
  'x-amz-tagging-directive',
  'x-amz-website-redirect-location',
]);

/** Read by the gateway, which signs and frames the body anew. */
const consumed = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-security-token',
  'x-amz-trailer',
  'x-amz-user-agent',
]);

/** The query parameters of a presigned URL, which stay with the gateway. */
const presigned = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Content-Sha256',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
]);

/**
 * The headers of a request that mean something to S3, by name, each at most once. SDKs put `x-amz-*` headers into
 * the query of a presigned URL; they are the same thing there. What is like S3's and not known is refused with
 * `NotImplemented`, what is not like it is left out.
 */
export function meaningfulHeaders(headers: readonly Header[], query: readonly Header[]): Map<string, string> {
  const meaningful = new Map<string, string>();
  const add = (name: string, value: string) => {
    if (meaningful.has(name))
      throw new S3Error('InvalidArgument', `The header ${name} is there more than once`);
    meaningful.set(name, value);
  };
  for (const [sent, value] of headers) {
    const name = sent.toLowerCase();
    if (plain.has(name) || isAmazon(name)) add(name, value);
  }
  for (const [name, value] of query) {
    if (!isQueryHeader(name) || !isAmazon(name)) continue;
    if (/\p{Cc}/u.test(value))
      throw new S3Error('InvalidArgument', `The value of ${name} cannot be a header`);
    add(name, Buffer.from(value).toString('latin1'));
  }
  return meaningful;
}

function isAmazon(name: string): boolean {
  if (!name.startsWith('x-amz-') || consumed.has(name)) return false;
  if (amazon.has(name) || /^x-amz-meta-[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return true;
  throw new S3Error(
    'NotImplemented',
    'A header you provided implies functionality that is not implemented.',
    `unknown header ${name}`,
  );
}

/** Whether a query parameter is a header of the operation in another place, and not one of its parameters. */
export function isQueryHeader(name: string): boolean {
  return name.startsWith('x-amz-');
}

/** Whether a query parameter says nothing about the operation: part of the signature, or the SDKs' note of its name. */
export function isQueryAside(name: string): boolean {
  return presigned.has(name) || name === 'x-id';
}
