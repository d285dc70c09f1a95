import { BoundedMap } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import type { TemporaryCredentials } from './issuer.ts';

/** Credentials that were asked for a short while ago, so that the same question is not asked twice. */
export interface RecentCredentials {
  /**
   * Those known under `key` while at least half of the life that is asked for, up to `expiresAt` (milliseconds since the
   * epoch), is still before them; otherwise what `ask` gives, asked once however many want it at once.
   */
  get(
    key: string,
    expiresAt: number,
    ask: () => Promise<TemporaryCredentials>,
  ): Promise<TemporaryCredentials>;
}

const kept = 10_000;
/** Milliseconds by which an STS's clock may be ahead before its credentials count as too long-lived. */
const tolerance = 60_000;

export function recentCredentials({ clock }: { clock: Clock }): RecentCredentials {
  const known = new BoundedMap<string, TemporaryCredentials>(kept);
  const underWay = new Map<string, Promise<TemporaryCredentials>>();

  async function askAndKeep(key: string, ask: () => Promise<TemporaryCredentials>) {
    try {
      const credentials = await ask();
      // Put in anew, to be the last that is forgotten.
      known.delete(key);
      known.set(key, credentials);
      return credentials;
    } finally {
      underWay.delete(key);
    }
  }

  return {
    async get(key, expiresAt, ask) {
      const recent = known.get(key);
      if (recent !== undefined) {
        const end = recent.expiration.getTime();
        const now = clock.now();
        const livesLongEnough = end - now >= (expiresAt - now) / 2;
        if (livesLongEnough && end <= expiresAt + tolerance) return recent;
      }
      const asking = underWay.get(key) ?? askAndKeep(key, ask);
      underWay.set(key, asking);
      return asking;
    },
  };
}
