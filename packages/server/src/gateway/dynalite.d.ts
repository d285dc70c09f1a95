declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** An in-memory DynamoDB, or one under `path`. */
  export default function dynalite(options?: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}
