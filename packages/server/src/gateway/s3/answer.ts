import type { IncomingMessage } from 'node:http';
import type { Asking } from '../authorize.ts';
import type { BackendAnswer, BackendRequest } from '../backend.ts';
import { grant, hidesAbsence } from './authorise.ts';
import { leaf } from './documents.ts';
import type { Exchange } from './exchange.ts';
import { encodedPath, type Target } from './names.ts';
import type { S3Request } from './request.ts';

/** Sends the request to the store and streams its answer to the client, unless the client must not see it. */
export async function forward(
  s3Request: S3Request,
  sent: BackendRequest,
  asking: Asking,
  { response, store, attempt }: Exchange,
): Promise<void> {
  const withheld = await store.forward(
    sent,
    response,
    (status) => status === 404 && hidesAbsence(s3Request, asking) !== undefined,
  );
  if (withheld !== undefined) grant(hidesAbsence(s3Request, asking), attempt);
}

/** Answers with what the store answered as a whole. */
export function send({ status, headers, body }: BackendAnswer, { response }: Exchange): void {
  const own = headers.filter(([name]) => name !== 'content-length');
  response.writeHead(status, [...own, ['content-length', String(body.length)]].flat());
  response.end(body);
}

/** The backend names a new object by its own address; this names it by the gateway's. */
export function withOwnLocation(answer: BackendAnswer, { request }: Exchange, target: Target): BackendAnswer {
  const location = leaf('Location', locationOf(request, target));
  const body = answer.body.toString().replace(/<Location>[^<]*<\/Location>/, () => location);
  return { ...answer, body: Buffer.from(body) };
}

/** The URL of an object at the gateway, as this client addressed it. */
export function locationOf(request: IncomingMessage, target: Target): string {
  const scheme = 'encrypted' in request.socket && request.socket.encrypted === true ? 'https' : 'http';
  return `${scheme}://${request.headers.host ?? 'localhost'}${encodedPath(target)}`;
}
