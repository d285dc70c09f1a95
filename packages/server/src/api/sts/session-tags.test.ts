import { describe, expect, it } from 'vitest';
import { sessionTags } from './session-tags.ts';

const tag = (Key: string, Value = 'value') => ({ Key, Value });

describe('sessionTags', () => {
  it('keeps what is asked for, and of the calling session what is transitive', () => {
    const from = { tags: { Team: 'red', desk: '7' }, transitiveTagKeys: ['team'] };
    expect(sessionTags([tag('game', 'tetris'), tag('level')], ['game'], from)).toEqual({
      tags: { Team: 'red', game: 'tetris', level: 'value' },
      transitiveTagKeys: ['team', 'game'],
    });
  });

  it.each<[string, Parameters<typeof sessionTags>, string]>([
    [
      'keys that differ in case alone',
      [[tag('team'), tag('Team')]],
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
    [
      'a transitive key without its tag',
      [[tag('team')], ['game']],
      'The specified transitive tag key must be included in the requested tags.',
    ],
    [
      'a tag that is inherited',
      [[tag('TEAM')], [], { tags: { team: 'red' }, transitiveTagKeys: ['team'] }],
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    ],
    ['a reserved key', [[tag('AWS:team')]], 'Tag keys that begin with aws: are reserved for system use.'],
  ])('refuses %s', (_case, asked, message) => {
    expect(() => sessionTags(...asked)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterValue', message }),
    );
  });
});
