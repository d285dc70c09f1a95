import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe } from 'vitest';
import { storePromises } from './conformance/conformance.ts';
import { openSqliteStore } from './sqlite.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daypass-sqlite-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the SQLite store', () => {
  storePromises(async () => () => openSqliteStore({ path: join(folder, 'daypass.db') }));
});
