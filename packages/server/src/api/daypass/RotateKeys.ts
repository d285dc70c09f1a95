import { operation } from '../protocol/operation.ts';
import { boolean, string, structure } from '../protocol/shape.ts';
import type { DaypassServices } from './services.ts';

/**
 * Makes the next key that seals sessions or signs the pools' tokens, or both. It takes over when every node and verifier
 * can know it, and what the keys before it made goes on counting until it ends. `Immediately` is for keys that may have
 * been stolen: everything made with the old ones ends now.
 */
export const RotateKeys = operation({
  name: 'RotateKeys',
  access: { action: 'daypass:RotateKeys', resource: () => '*' },
  input: structure({ Kind: string({ values: ['SEALING', 'SIGNING'] }), Immediately: boolean() }),
  async handle({ keys }: DaypassServices, { Kind, Immediately = false }) {
    const kinds = [
      { name: 'SEALING', ring: keys.sealing },
      { name: 'SIGNING', ring: keys.signing },
    ] as const;
    const rotated = [];
    for (const { name, ring } of kinds) {
      if (Kind !== undefined && Kind !== name) continue;
      const { keyId, usedFrom, previousUntil } = await ring.rotate({ immediately: Immediately });
      rotated.push({
        Kind: name,
        KeyId: keyId,
        UsedFrom: new Date(usedFrom),
        PreviousUntil: new Date(previousUntil),
      });
    }
    return { Keys: rotated };
  },
});
