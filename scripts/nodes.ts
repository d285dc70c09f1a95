import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** The oldest Node that the client supports. */
const oldest = 20;

/** The Nodes in the PATH on which the client has to run, one of each version. */
export function nodes(): string[] {
  const found = new Map<string, string>();
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(folder, 'node');
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
    if (version && Number.parseInt(version.slice(1), 10) >= oldest) found.set(version, node);
  }
  return [...found.values()];
}
