import { stripVTControlCharacters } from 'node:util';

/** Runs `work` and gives the lines it wrote to stdout, which are written all the same. */
export async function linesOf(work: () => Promise<void>): Promise<string[]> {
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
  return stripVTControlCharacters(text).trim().split('\n');
}
