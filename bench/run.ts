import { readdirSync } from 'node:fs';

/** `npm run bench -- NAME` runs `bench/NAME.ts`; without a name it says which there are. */
const [name] = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length));

if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- NAME, where NAME is one of ${names.join(', ')}`);
  process.exit(2);
}
const bench: { run(): Promise<void> } = await import(`./${name}.ts`);
await bench.run();
