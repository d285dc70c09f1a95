import { type DaypassOptions, startDaypass } from '@daypass/server';
import type { Endpoint } from '../rig/administrator.ts';
import { startRecorder } from './recorder.ts';
import type { Call } from './wire.ts';

/** A service behind a recorder: clients are pointed at `url`, and `calls` says how they were answered. */
export interface RecordedService extends Endpoint {
  readonly calls: readonly Call[];
  close(): Promise<void>;
}

export async function startRecordedService(options: DaypassOptions = {}): Promise<RecordedService> {
  const daypass = await startDaypass({ port: 0, logLevel: 'silent', ...options });
  const recorder = await startRecorder(daypass.url);
  return {
    url: recorder.url,
    rootCredentials: daypass.rootCredentials,
    calls: recorder.calls,
    async close() {
      await recorder.close();
      await daypass.close();
    },
  };
}
