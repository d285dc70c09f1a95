/**
 * Waits for SIGTERM or SIGINT, then closes. The process ends with code 0 when nothing is left in flight; a second
 * signal ends it at once.
 */
export async function closeOnSignal(close: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  await close();
}
