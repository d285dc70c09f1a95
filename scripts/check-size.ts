import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { bundle } from './bundle.ts';

/** What an app may import of the client, and how many bytes of it, minified and gzipped, reach its users. */
const budgets = [
  { what: 'federation', from: 'index.ts', names: '{ AuthProvider, createAuth }', bytes: 5_000 },
  { what: 'everything', from: 'index.ts', names: '*', bytes: 5_150 },
  { what: 'amplify', from: 'amplify.ts', names: '*', bytes: 5_200 },
  { what: 'aws-sdk', from: 'aws-sdk.ts', names: '*', bytes: 5_150 },
  { what: 'oidc, without oauth4webapi', from: 'oidc.ts', names: '*', bytes: 1_800 },
  { what: 'react, without react', from: 'react/index.ts', names: '*', bytes: 400 },
  { what: 'server', from: 'server.ts', names: '*', bytes: 5_900 },
  { what: 'storage', from: 'storage/index.ts', names: '*', bytes: 1_200 },
];

for (const { what, from, names, bytes } of budgets) {
  const module = fileURLToPath(new URL(`../packages/client/src/${from}`, import.meta.url));
  const source = `export ${names} from ${JSON.stringify(module)};`;
  const { gzippedBytes } = await bundle(source, ['react', 'oauth4webapi']);
  judge(`client ${what}`, gzippedBytes, bytes);
}
judge('console, with all its pages', await consoleBytes(), 200_000);

function judge(what: string, gzippedBytes: number, bytes: number): void {
  const verdict = gzippedBytes <= bytes ? 'in order' : 'too large';
  console.log(`${what}: ${gzippedBytes} of ${bytes} bytes, ${verdict}`);
  if (gzippedBytes > bytes) process.exitCode = 1;
}

/** What a browser loads of the console, as it is built for the server, gzipped. */
async function consoleBytes(): Promise<number> {
  const root = fileURLToPath(new URL('../apps/console', import.meta.url));
  const result = await build({ root, logLevel: 'error', build: { write: false } });
  const outputs = [result].flat().flatMap((built) => ('output' in built ? built.output : []));
  return outputs
    .map((file) => gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length)
    .reduce((sum, size) => sum + size, 0);
}
