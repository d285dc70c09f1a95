import { describeInChromium } from '../packages/client/src/testing/chromium/behaviour.ts';
import { describeTabs } from '../packages/client/src/testing/chromium/tabs.ts';
import { startBackend } from './client-backend.ts';

for (const protocol of ['daypass', 'cognito'] as const) {
  await describeInChromium(`the client in Chromium and a Daypass server (${protocol})`, () =>
    startBackend(protocol),
  );
}

describeTabs('the client in tabs of Chromium and a Daypass server', () => startBackend('daypass'));
