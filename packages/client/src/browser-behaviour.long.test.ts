import { describeInChromium } from './testing/chromium/behaviour.ts';
import { startRecording } from './testing/recording.ts';

for (const protocol of ['daypass', 'cognito'] as const) {
  await describeInChromium(`the client in Chromium and the wire shapes of AWS (${protocol})`, () =>
    startRecording(protocol),
  );
}
