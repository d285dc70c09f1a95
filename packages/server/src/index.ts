export type { BackendOptions, Daypass, DaypassOptions, ServiceBackendOptions } from './config.ts';
export { startDaypass } from './main.ts';
export { StartFailure } from './start-failure.ts';
