export type {
  BackendOptions,
  ConsoleSignInOptions,
  Daypass,
  DaypassOptions,
  ServiceBackendOptions,
} from './config.ts';
export { backUpData, type DataOptions, exportData, importData, restoreData } from './data.ts';
export { startDaypass } from './main.ts';
export { StartFailure } from './start-failure.ts';
export type { Documents } from './store/documents.ts';
export { type Line as ExportLine, NotAnExport } from './store/transfer.ts';
