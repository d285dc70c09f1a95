import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from './usage-error.ts';

export const loopback = '127.0.0.1';

/** Listens on loopback and returns the address. Throws a `UsageError` that names the option when the port is taken. */
export async function listen(server: Server, port: number, option?: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopback, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((error: unknown) => {
    throw option !== undefined && isPortTaken(error) ? portTaken(port, option) : error;
  });
  const { port: actual } = server.address() as AddressInfo;
  return `http://${loopback}:${actual}`;
}

/** Ends idle connections too: the gateway keeps some open to its backends. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

export function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

export function portTaken(port: number, option: string): UsageError {
  return new UsageError(`port ${port} is taken; choose another with ${option}.`);
}
