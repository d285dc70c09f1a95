export { type Dev, type DevOptions, startDev } from './dev/dev.ts';
export { UsageError } from './usage-error.ts';
