import type { Backend } from './behaviour/rig.ts';
import { startIdentityPool, tokenOf } from './identity-pool.ts';

const pools = {
  withGuests: 'us-east-1:00000000-0000-4000-8000-000000000001',
  withoutGuests: 'us-east-1:00000000-0000-4000-8000-000000000002',
};
const providers = [
  'accounts.google.com',
  'appleid.apple.com',
  'cognito-idp.us-east-1.amazonaws.com/us-east-1_game',
] as const;

/** Two pools that answer in the wire shapes of AWS. */
export async function startRecording(protocol: Backend['protocol']): Promise<Backend> {
  const pool = await startIdentityPool({
    [pools.withGuests]: { guests: true, providers: [...providers] },
    [pools.withoutGuests]: { guests: false, providers: [...providers] },
  });
  return { ...pool, protocol, pools, providers, token: tokenOf };
}
