import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Attempt } from '../attempt.ts';
import type { BackendConnection } from '../backend.ts';
import type { GatewayServices } from '../gateway.ts';
import type { BucketCors } from './bucket-cors.ts';

/** One request on its way through the S3 data plane. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly services: GatewayServices;
  readonly store: BackendConnection;
  readonly cors: BucketCors;
  readonly attempt: Attempt;
}
