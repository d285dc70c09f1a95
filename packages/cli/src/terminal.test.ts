import { describe, expect, it } from 'vitest';
import { confirm, harmless, styled, table } from './terminal.ts';

describe('away from a terminal', () => {
  it('there are no colours', () => {
    expect(styled('red', 'refused')).toBe('refused');
  });

  it('nobody is asked', async () => {
    await expect(confirm('Apply?', '--yes')).rejects.toThrow('nobody can be asked here; confirm with --yes.');
  });
});

describe('harmless', () => {
  it.each([
    ['an escape sequence', '\u001b[2Jgone', '\ufffd[2Jgone'],
    ['a title', '\u009d0;title\u0007', '\ufffd0;title\ufffd'],
    ['a line break', 'a\nb', 'a\ufffdb'],
    ['text from right to left', 'a\u202eb', 'a\ufffdb'],
  ])('takes the power from %s', (_what, text, shown) => {
    expect(harmless(text)).toBe(shown);
  });
});

describe('table', () => {
  it('aligns columns', () => {
    expect(
      table([
        ['a', 'long', 'x'],
        ['long', 'b', ''],
      ]),
    ).toBe('a     long  x\nlong  b');
  });
});
