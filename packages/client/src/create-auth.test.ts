import { describeBehaviour } from './testing/behaviour.ts';
import { startIdentityPool, tokenOf } from './testing/identity-pool.ts';

const pools = {
  withGuests: 'us-east-1:00000000-0000-4000-8000-000000000001',
  withoutGuests: 'us-east-1:00000000-0000-4000-8000-000000000002',
};
const providers = [
  'accounts.google.com',
  'appleid.apple.com',
  'cognito-idp.us-east-1.amazonaws.com/us-east-1_game',
] as const;

for (const protocol of ['daypass', 'cognito'] as const) {
  describeBehaviour(`the client and the wire shapes of AWS (${protocol})`, async () => {
    const pool = await startIdentityPool({
      [pools.withGuests]: { guests: true, providers: [...providers] },
      [pools.withoutGuests]: { guests: false, providers: [...providers] },
    });
    return { ...pool, protocol, pools, providers, token: tokenOf };
  });
}
