import type { BackendRequest } from '../backend.ts';
import { contentMd5, sha256 } from '../hashes.ts';
import type { Header } from '../wire.ts';
import type { OutgoingBody } from './body.ts';
import { encodedPath } from './names.ts';
import { encodedCopySource, encodedQuery, type S3Request } from './request.ts';
import { encodedTags, tagsOfQuery } from './tags.ts';

/** The request as the backend gets it: made of what was read and authorised, never of what was received. */
export function outgoing(
  request: S3Request,
  { body, length, payloadSha256, headers: told = new Map() }: OutgoingBody,
  streamed: boolean,
): BackendRequest {
  const { operation, target, query, headers, copySource } = request;
  const sent = new Map(headers);
  if (copySource !== undefined) sent.set('x-amz-copy-source', encodedCopySource(copySource));
  const tagging = headers.get('x-amz-tagging');
  if (tagging !== undefined) sent.set('x-amz-tagging', encodedTags(tagsOfQuery(tagging)));
  if (streamed) removeFraming(sent);
  for (const [name, value] of told) sent.set(name, value);
  if (told.has('x-amz-trailer')) {
    const encoding = sent.get('content-encoding');
    sent.set('content-encoding', encoding === undefined ? 'aws-chunked' : `aws-chunked,${encoding}`);
  }
  if (operation.body !== 'none') sent.set('content-length', String(length));
  return {
    method: operation.method,
    path: encodedPath(target),
    query: encodedQuery(query),
    headers: [...sent] satisfies Header[],
    body,
    payloadSha256,
  };
}

/**
 * A request with a document. One that was written anew is hashed anew; one that was not keeps its headers, since
 * those of CompleteMultipartUpload are about the object and not about the document.
 */
export function outgoingDocument(
  request: S3Request,
  body: Buffer,
  rewritten: boolean,
  streamed: boolean,
): BackendRequest {
  const headers = new Map(request.headers);
  if (rewritten)
    for (const name of headers.keys())
      if (/^x-amz-(?:sdk-checksum-algorithm|checksum-(?:crc|sha).*)$/.test(name)) headers.delete(name);
  const sent = outgoing(
    { ...request, headers },
    { body, length: body.length, payloadSha256: sha256(body) },
    streamed,
  );
  return {
    ...sent,
    headers: [...sent.headers.filter(([name]) => name !== 'content-md5'), ['content-md5', contentMd5(body)]],
  };
}

/** The client's `aws-chunked` framing ends here. */
function removeFraming(headers: Map<string, string>): void {
  const encodings = (headers.get('content-encoding') ?? '')
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked');
  if (encodings.length === 0) headers.delete('content-encoding');
  else headers.set('content-encoding', encodings.join(','));
  headers.delete('content-md5');
  headers.delete('x-amz-sdk-checksum-algorithm');
}
