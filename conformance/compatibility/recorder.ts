import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Call, clientOf, codeOf, messageOf, operationOf } from './wire.ts';

/** A proxy on loopback that passes every request on, byte for byte, and notes who asked for what and how it ended. */
export interface Recorder {
  /** Where clients are pointed at instead of the service. */
  readonly url: string;
  readonly calls: readonly Call[];
  close(): Promise<void>;
}

export async function startRecorder(service: string): Promise<Recorder> {
  const calls: Call[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const answer = await forward(service, incoming, body);
    const answered = await buffer(answer);
    const operation = operationOf(incoming.headers, body);
    if (operation !== undefined) {
      const client = clientOf(incoming.headers);
      const code = codeOf(answer.headers);
      const refusal = code === undefined ? {} : { code, message: messageOf(answered) };
      calls.push({ ...client, ...operation, status: answer.statusCode ?? 0, ...refusal });
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(answered);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The request as it came: its Host too, for it is signed. */
function forward(service: string, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const url = new URL(incoming.url ?? '/', service);
    const headers: IncomingHttpHeaders = { ...incoming.headers, 'content-length': String(body.length) };
    delete headers['transfer-encoding'];
    request(url, { method: incoming.method ?? 'GET', headers }, resolve)
      .on('error', reject)
      .end(body);
  });
}
