import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../authorize.ts';
import type { BackendAnswer, BackendRequest } from '../backend.ts';
import { grant } from './authorise.ts';
import { leaf } from './documents.ts';
import type { Exchange } from './exchange.ts';
import { encodedPath, type Target } from './names.ts';
import { letViewersOpen } from './origin.ts';

/** Sends the request to the store and streams its answer to the client; `hidden` says why a 404 must not be seen. */
export async function forward(
  sent: BackendRequest,
  hidden: () => Refusal | undefined,
  { response, store, attempt }: Exchange,
): Promise<void> {
  const withheld = await store.forward(sent, response, (status, headers) => {
    letViewersOpen(headers, response);
    return status === 404 && hidden() !== undefined;
  });
  if (withheld !== undefined) grant(hidden(), attempt);
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
