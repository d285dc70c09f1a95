import type { IncomingMessage, ServerResponse } from 'node:http';
import { parsePostForm, SignatureError, verifyPostPolicy } from '@daypass/sigv4';
import { type Claim, CredentialError, claimOfSignature } from '../authenticate.ts';
import type { GatewayServices } from '../gateway.ts';
import type { Header } from '../wire.ts';
import { locationOf } from './answer.ts';
import { pipeBody } from './body.ts';
import { document, leaf, tagsOfDocument } from './documents.ts';
import { S3Error } from './errors.ts';
import { meaningfulHeaders } from './headers.ts';
import { MultipartForm } from './multipart-form.ts';
import { keyNamed } from './names.ts';
import { postObject } from './operations.ts';
import type { S3Request } from './request.ts';
import { encodedTags } from './tags.ts';

/** Begins to read a form. Whoever stops before its end destroys it, so that the rest of the body is let go. */
export function openForm(request: IncomingMessage, boundary: string): MultipartForm {
  const contentLength = Number(request.headers['content-length'] ?? Number.NaN);
  if (!Number.isSafeInteger(contentLength))
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  const form = new MultipartForm(boundary, contentLength);
  // Failures before the file come out of `head`, later ones through whoever reads the file.
  form.on('error', () => {});
  pipeBody(request, form);
  return form;
}

/** A browser's upload, read up to its file and verified, in the form of the PutObject it amounts to. */
export interface PostedObject {
  readonly claim: Claim;
  readonly request: S3Request;
  readonly file: MultipartForm;
  readonly fileLength: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** Fields that are headers of the object under their own name. */
const headerFields = new Set([
  'acl',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-type',
  'expires',
]);
/** Fields of the form itself, and of its signature. */
const formFields = new Set([
  'policy',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-signature',
]);

/**
 * Reads an S3 POST form. Throws `S3Error`, `SignatureError` and `CredentialError`.
 * Source: Amazon S3 API Reference, "POST Object".
 */
export async function readPostedObject(
  request: IncomingMessage,
  file: MultipartForm,
  bucket: string,
  services: GatewayServices,
): Promise<PostedObject> {
  if (request.headers.authorization !== undefined)
    throw new SignatureError('ambiguous', 'credentials in the header and the form');
  const { fields, fileName, fileLength } = await file.head;
  // The key is checked by the policy as it will be written.
  const named = fields.map(
    ([name, value]) =>
      [
        name,
        name.toLowerCase() === 'key' ? value.replaceAll(`\${filename}`, () => fileName) : value,
      ] as const,
  );

  const signature = parsePostForm(named);
  if (signature === undefined) throw new CredentialError('missing', 'the form is not signed');
  const claim = await claimOfSignature(signature, services);
  const { contentLengthRange } = verifyPostPolicy(named, {
    bucket,
    secretKey: claim.secretKey,
    now: services.clock.now(),
    region: services.region,
  });
  if (contentLengthRange !== undefined && fileLength < contentLengthRange.min)
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  if (contentLengthRange !== undefined && fileLength > contentLengthRange.max)
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');

  const values = new Map(named.map(([name, value]) => [name.toLowerCase(), value]));
  const key = values.get('key');
  if (key === undefined || key === '')
    throw new S3Error(
      'InvalidArgument',
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    );
  const target = { bucket, key: keyNamed(key) };
  const s3Request: S3Request = {
    operation: postObject,
    target,
    query: new Map(),
    headers: headersOf(values),
    copySource: undefined,
  };
  return { claim, request: s3Request, file, fileLength, fields: values };
}

function headersOf(fields: ReadonlyMap<string, string>): Map<string, string> {
  // S3's own default; without one some stores do not take an empty body.
  const headers: Header[] = fields.has('content-type') ? [] : [['content-type', 'binary/octet-stream']];
  for (const [name, value] of fields) {
    if (/\p{Cc}/u.test(value) && name !== 'tagging')
      throw new S3Error('InvalidArgument', `The value of the field ${name} cannot be a header`);
    const latin1 = Buffer.from(value).toString('latin1');
    if (headerFields.has(name)) headers.push([name === 'acl' ? 'x-amz-acl' : name, latin1]);
    else if (name === 'tagging')
      headers.push(['x-amz-tagging', encodedTags(tagsOfDocument(Buffer.from(value)))]);
    else if (name.startsWith('x-amz-') && !formFields.has(name)) headers.push([name, latin1]);
  }
  return meaningfulHeaders(headers, []);
}

/** Answers a form whose object is stored: a redirect, an XML document or nothing, as the form asked. */
export function answerPost(
  request: IncomingMessage,
  response: ServerResponse,
  posted: PostedObject,
  etag: string,
): void {
  const {
    fields,
    request: { target },
  } = posted;
  const { bucket = '', key = '' } = target;
  const redirect = redirectOf(fields.get('success_action_redirect') ?? fields.get('redirect'));
  const location = locationOf(request, target);
  response.setHeader('etag', etag);
  if (redirect !== undefined) {
    for (const [name, value] of Object.entries({ bucket, key, etag })) redirect.searchParams.set(name, value);
    response.writeHead(303, { location: redirect.href, 'content-length': 0 });
    response.end();
    return;
  }
  const status = fields.get('success_action_status');
  if (status === '201') {
    const body = document(
      'PostResponse',
      leaf('Location', location) + leaf('Bucket', bucket) + leaf('Key', key) + leaf('ETag', etag),
    );
    response.writeHead(201, { 'content-type': 'application/xml', 'content-length': body.length, location });
    response.end(body);
    return;
  }
  response.writeHead(status === '200' ? 200 : 204, { location });
  response.end();
}

function redirectOf(text: string | undefined): URL | undefined {
  const url = text === undefined || text === '' ? null : URL.parse(text);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}
