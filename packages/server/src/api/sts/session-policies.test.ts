import { describe, expect, it } from 'vitest';
import { packedPolicySize } from './session-policies.ts';

const text = (bytes: number) => ' '.repeat(bytes);

describe('packedPolicySize', () => {
  it.each([
    ['nothing', {}, {}, undefined],
    ['one tag', {}, { team: 'red' }, 1],
    ['bytes, not characters', { sessionPolicy: '\u00e9'.repeat(1024) }, {}, 50],
    [
      'everything together',
      { sessionPolicy: text(2048), sessionPolicyArns: [text(1000)] },
      { key: text(1045) },
      100,
    ],
  ])('counts %s', (_case, policies, tags, percent) => {
    expect(packedPolicySize(policies, tags)).toBe(percent);
  });

  it.each([
    ['tags', {}, { key: text(4094) }, 'Packed size of session tags consumes 101% of allotted space.'],
    [
      'policies',
      { sessionPolicy: text(2048), sessionPolicyArns: [text(2049)] },
      {},
      'Packed policy consumes 101% of allotted space, please use smaller policy.',
    ],
  ])('refuses too much of %s', (_case, policies, tags, message) => {
    expect(() => packedPolicySize(policies, tags)).toThrow(
      expect.objectContaining({ code: 'PackedPolicyTooLarge', message }),
    );
  });
});
