export { type Dev, type DevOptions, startDev } from './dev/dev.ts';
