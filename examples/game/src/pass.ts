import { AuthProvider, createAuth } from '@daypass/client';
import type { GameConfig } from './config.ts';
import { beginSignIn, finishSignIn } from './sign-in.ts';

/** Who is playing: the identity and role that the service sees in every request. */
export interface Pass {
  readonly identityId: string;
  readonly kind: 'player' | 'guest';
  readonly name: string;
  readonly role: string;
}

const nameKey = 'topping-out.name';
const passKey = 'topping-out.pass';

/** The door: gets passes from the identity pool, and gives them up again. */
export function openDoor(config: GameConfig) {
  const auth = createAuth({
    identityPoolId: config.identityPoolId,
    region: config.region,
    endpoint: config.endpoint,
    storage: localStorage,
  });

  /** The pass in force: the stored one after a reload, a new guest's otherwise. */
  async function currentPass(): Promise<Pass> {
    const session = await auth.fetchAuthSession();
    const identityId = session.identityId;
    const pass: Pass = session.isSignedIn
      ? {
          identityId,
          kind: 'player',
          name: localStorage.getItem(nameKey) ?? 'Player',
          role: config.playerRole,
        }
      : { identityId, kind: 'guest', name: 'Guest', role: config.guestRole };
    localStorage.setItem(passKey, JSON.stringify(pass));
    return pass;
  }

  return {
    /** For any AWS SDK client. */
    credentials: auth.credentials,

    /** Called once when the page opens; completes a sign-in that is under way. */
    async enter(): Promise<Pass> {
      const signIn = await finishSignIn(config);
      if (signIn) {
        await auth.federateToIdentityPool({
          token: signIn.idToken,
          provider: AuthProvider.oidc('Daypass Players', config.issuer),
          // A guest who signs in for the first time stays the same identity.
          options: { linkGuestIdentity: true },
        });
        localStorage.setItem(nameKey, signIn.name);
      }
      return currentPass();
    },

    /** Who played here last, for a start without a network. It opens nothing. */
    lastPass(): Pass | undefined {
      const text = localStorage.getItem(passKey);
      return text === null ? undefined : (JSON.parse(text) as Pass);
    },

    /** Leaves for the OpenID provider. */
    signIn: () => beginSignIn(config),

    /** Gives the pass up, and comes back in as a guest. */
    async signOut(): Promise<Pass> {
      await auth.clearFederationToIdentityPool();
      localStorage.removeItem(nameKey);
      localStorage.removeItem(passKey);
      return currentPass();
    },
  };
}
