import { describeBehaviour } from '../packages/client/src/testing/behaviour.ts';
import { startBackend } from './client-backend.ts';

for (const protocol of ['daypass', 'cognito'] as const) {
  describeBehaviour(`the client and a Daypass server (${protocol})`, () => startBackend(protocol));
}
