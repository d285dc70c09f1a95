// Loaded into a node before anything else: on SIGUSR2 it collects its garbage and says on stderr what is left.
import { readdirSync } from 'node:fs';

process.on('SIGUSR2', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const peak = process.resourceUsage().maxRSS * 1024;
  const openFiles = readdirSync('/proc/self/fd').length;
  process.stderr.write(`${JSON.stringify({ memory: { used: heapUsed + external, peak, openFiles } })}\n`);
});
