import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import {
  createPayloadVerifier,
  type PayloadKind,
  payloadKind,
  type SignedHttpRequest,
  trailingChecksums,
} from '@daypass/sigv4';
import type { Claim } from '../authenticate.ts';
import { contentMd5, emptySha256, sha256 } from '../hashes.ts';
import { readBody, whenClientLeaves } from '../wire.ts';
import { S3Error } from './errors.ts';
import { framedLength, TrailerFraming } from './trailer-framing.ts';

/** A body on its way to the backend, without the framing that it may have come in. */
export interface OutgoingBody {
  readonly body: Buffer | Readable | undefined;
  /** Bytes of `body`. */
  readonly length: number;
  readonly payloadSha256: string;
  /** What the backend is told of it besides. */
  readonly headers?: ReadonlyMap<string, string>;
}

/** What one request may upload, in bytes: S3's own limit. */
const maxObject = 5 * 1024 ** 3;
/** XML documents: 10,000 parts with their checksums are the longest. */
const maxDocument = 4 * 1024 * 1024;
/** Bodies up to this length are read whole, which is faster than a stream; in bytes. */
const maxBuffered = 64 * 1024;

/**
 * The body of an upload. A stream ends with an error, and not with its last bytes, when it turns out not to be what
 * was signed; shorter bodies are verified before this resolves. A checksum that came in the trailer goes on as a header,
 * of a stream in a trailer again if the store takes trailers. Throws `S3Error` and `SignatureError`.
 */
export async function objectBody(
  request: IncomingMessage,
  wire: SignedHttpRequest,
  claim: Claim,
  storeTakesTrailers: boolean,
): Promise<OutgoingBody> {
  const kind = payloadKind(claim.signature);
  const length = declaredLength(request, kind);
  if (length === undefined)
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  if (length > maxObject)
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  const payloadSha256 = kind.kind === 'exact' ? kind.canonical : 'UNSIGNED-PAYLOAD';
  if (length > maxBuffered) {
    const body = verifiedPayload(request, wire, claim);
    const checksum = request.headers['x-amz-trailer']?.toString().trim().toLowerCase() ?? '';
    const hasTrailer = kind.kind === 'streaming' && kind.trailer;
    return storeTakesTrailers && hasTrailer && checksumLengths.has(checksum)
      ? withTrailer(body, length, checksum)
      : { body, length, payloadSha256 };
  }
  if (kind.kind === 'streaming') {
    const payload = verifiedPayload(request, wire, claim);
    const body = await collect(payload, maxBuffered);
    const headers = new Map([...trailingChecksums(payload)].filter(([name]) => checksumLengths.has(name)));
    return { body, length, payloadSha256, headers };
  }
  const body = (await readBody(request, length)) ?? Buffer.alloc(0);
  if (kind.kind === 'exact' && sha256(body) !== kind.canonical) throw hashMismatch();
  return { body, length, payloadSha256 };
}

/** Characters of each checksum that stores know, in base64. */
const checksumLengths = new Map([
  ['x-amz-checksum-crc32', 8],
  ['x-amz-checksum-crc32c', 8],
  ['x-amz-checksum-crc64nvme', 12],
  ['x-amz-checksum-sha1', 28],
  ['x-amz-checksum-sha256', 44],
]);

function withTrailer(payload: Transform, length: number, checksum: string): OutgoingBody {
  const line = () => `${checksum}:${trailingChecksums(payload).get(checksum) ?? ''}`;
  const body = new TrailerFraming(length, line);
  payload.once('error', (error) => body.destroy(error));
  body.once('close', () => payload.destroy());
  return {
    body: payload.pipe(body),
    length: framedLength(length, checksum.length + 1 + (checksumLengths.get(checksum) ?? 0)),
    payloadSha256: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    headers: new Map([
      ['x-amz-trailer', checksum],
      ['x-amz-decoded-content-length', String(length)],
    ]),
  };
}

/** A verified payload to send on: whole when it is small, which also proves it before the backend is asked. */
export async function sized(payload: Readable, length: number): Promise<Buffer | Readable> {
  return length > maxBuffered ? payload : collect(payload, maxBuffered);
}

/** A document, whole and verified. Throws `S3Error` and `SignatureError`. */
export async function documentBody(
  request: IncomingMessage,
  wire: SignedHttpRequest,
  claim: Claim,
): Promise<Buffer> {
  const body = await collect(verifiedPayload(request, wire, claim), maxDocument);
  const md5 = request.headers['content-md5'];
  if (md5 !== undefined && md5 !== contentMd5(body))
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  return body;
}

/** Makes sure that there is no body, and that none was signed. */
export function refuseBody(request: IncomingMessage, claim: Claim): OutgoingBody {
  const kind = payloadKind(claim.signature);
  if (
    (request.headers['content-length'] ?? '0') !== '0' ||
    request.headers['transfer-encoding'] !== undefined ||
    kind.kind === 'streaming'
  ) {
    throw new S3Error('InvalidRequest', 'The operation takes no body');
  }
  if (kind.kind === 'exact' && kind.canonical !== emptySha256) {
    throw hashMismatch();
  }
  return { body: undefined, length: 0, payloadSha256: emptySha256 };
}

function declaredLength(request: IncomingMessage, kind: PayloadKind): number | undefined {
  const name = kind.kind === 'streaming' ? 'x-amz-decoded-content-length' : 'content-length';
  const text = request.headers[name];
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function verifiedPayload(request: IncomingMessage, wire: SignedHttpRequest, claim: Claim): Transform {
  return pipeBody(request, createPayloadVerifier(claim.signature, claim, wire));
}

/**
 * Pipes a request's body into a transform. Unlike `stream.pipeline` it never destroys the request when the
 * transform fails, since the refusal still has to go out on the same connection.
 */
export function pipeBody<Body extends Transform>(request: IncomingMessage, transform: Body): Body {
  const stay = whenClientLeaves(request, (error) => transform.destroy(error));
  transform.once('close', () => {
    stay();
    request.unpipe(transform);
    request.resume();
  });
  return request.pipe(transform);
}

function hashMismatch(): S3Error {
  return new S3Error(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}

async function collect(payload: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of payload) {
    const bytes: Buffer = chunk;
    length += bytes.length;
    if (length > limit) throw new S3Error('MaxMessageLengthExceeded', 'Your request was too big.');
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}
