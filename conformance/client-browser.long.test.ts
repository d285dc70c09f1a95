import { describeInChromium } from '../packages/client/src/testing/chromium/behaviour.ts';
import { startBackend } from './client-backend.ts';

for (const protocol of ['daypass', 'cognito'] as const) {
  await describeInChromium(`the client in Chromium and a Daypass server (${protocol})`, () =>
    startBackend(protocol),
  );
}
