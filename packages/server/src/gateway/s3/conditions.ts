import type { ParsedSignature } from '@daypass/sigv4';
import { grants } from './demands.ts';
import type { S3Request } from './request.ts';
import { requestTagContext, tagsOfQuery } from './tags.ts';

/** Headers that are condition keys under their own name, `s3:` before it. */
const headerKeys = [
  ...grants,
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-object-ownership',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];

/** Headers that are condition keys under another name. */
const renamedHeaderKeys = {
  'if-match': 's3:if-match',
  'if-none-match': 's3:if-none-match',
  'x-amz-object-lock-legal-hold': 's3:object-lock-legal-hold',
  'x-amz-object-lock-mode': 's3:object-lock-mode',
  'x-amz-object-lock-retain-until-date': 's3:object-lock-retain-until-date',
};

const creations = new Map([
  ['PutObject', 'true'],
  ['CopyObject', 'true'],
  ['PostObject', 'true'],
  ['CompleteMultipartUpload', 'true'],
  ['CreateMultipartUpload', 'false'],
  ['UploadPart', 'false'],
  ['UploadPartCopy', 'false'],
]);

/**
 * The condition keys of a request, as far as its head tells. Source: Service Authorization Reference, "Amazon S3",
 * and User Guide, "Amazon S3 condition keys" and "Signature Version 4 authentication-specific policy keys".
 */
export function contextOf(
  { operation, query, headers, copySource }: S3Request,
  signature: ParsedSignature,
  place: { readonly account: string; readonly now: number },
): Map<string, string | readonly string[]> {
  const context = new Map<string, string | readonly string[]>([
    ['s3:authtype', { header: 'REST-HEADER', query: 'REST-QUERY-STRING', post: 'POST' }[signature.form]],
    ['s3:signatureversion', 'AWS4-HMAC-SHA256'],
    ['s3:resourceaccount', place.account],
  ]);
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) context.set(name, value);
  };
  // Milliseconds, and for presigned URLs only.
  if (signature.form === 'query') set('s3:signatureage', String(place.now - signature.timestamp));
  set(
    's3:x-amz-content-sha256',
    signature.contentSha256 ?? (signature.form === 'query' ? 'UNSIGNED-PAYLOAD' : undefined),
  );
  set('s3:versionid', query.get('versionId'));
  set('s3:objectcreationoperation', creations.get(operation.name));
  if (operation.action?.startsWith('ListBucket')) {
    set('s3:prefix', query.get('prefix'));
    set('s3:delimiter', query.get('delimiter'));
    set('s3:max-keys', query.get('max-keys'));
  }
  for (const name of headerKeys) set(`s3:${name}`, headers.get(name));
  if (copySource !== undefined) set('s3:x-amz-copy-source', `/${copySource.bucket}/${copySource.key}`);
  for (const [name, key] of Object.entries(renamedHeaderKeys)) set(key, headers.get(name));
  const tagging = headers.get('x-amz-tagging');
  if (tagging !== undefined)
    for (const [name, value] of requestTagContext(tagsOfQuery(tagging))) context.set(name, value);
  return context;
}
