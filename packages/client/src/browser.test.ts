import { describeTabs } from './testing/chromium/tabs.ts';
import { startRecording } from './testing/recording.ts';

describeTabs('the client in Chromium and the wire shapes of AWS', () => startRecording('daypass'));
