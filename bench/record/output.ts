import { stripVTControlCharacters } from 'node:util';

/** Runs `work` and gives what it wrote to stdout, without colours; it is written all the same. */
export async function outputOf(work: () => Promise<void>): Promise<string> {
  const write = process.stdout.write.bind(process.stdout);
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array, ...rest: never[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return write(chunk, ...rest);
  };
  try {
    await work();
  } finally {
    process.stdout.write = write;
  }
  return stripVTControlCharacters(text)
    .replaceAll(/[^\S\n]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}
