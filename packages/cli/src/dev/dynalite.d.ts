declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** A DynamoDB server, not yet listening. Closing it closes its database too. */
  export default function dynalite(options: { path?: string; createTableMs?: number }): Server;
}
