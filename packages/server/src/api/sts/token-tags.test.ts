import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../errors.ts';
import { taggingOf } from './token-tags.ts';

const name = 'https://aws.amazon.com/tags';
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${i}`, ['value']]));

describe('taggingOf', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['no claims of ours', { sub: 'ada' }, { tags: [], transitiveTagKeys: [], sourceIdentity: undefined }],
    [
      'the nested form',
      { [name]: { principal_tags: { team: ['red'] }, transitive_tag_keys: ['team'] } },
      { tags: [{ Key: 'team', Value: 'red' }], transitiveTagKeys: ['team'] },
    ],
    [
      'the flat form',
      { [`${name}/principal_tags/team`]: 'red', [`${name}/transitive_tag_keys`]: 'team' },
      { tags: [{ Key: 'team', Value: 'red' }], transitiveTagKeys: ['team'] },
    ],
    ['fifty tags', { [name]: { principal_tags: many(50) } }, { tags: { length: 50 } }],
    ['a source identity', { 'https://aws.amazon.com/source_identity': 'ada' }, { sourceIdentity: 'ada' }],
  ])('reads %s', (_case, claims, expected) => {
    expect(taggingOf(claims)).toMatchObject(expected);
  });

  it.each<[string, Record<string, unknown>]>([
    ['tags that are no object', { [name]: 'team=red' }],
    ['a list of tags', { [name]: [{ principal_tags: { team: ['red'] } }] }],
    ['two values of a tag', { [name]: { principal_tags: { team: ['red', 'blue'] } } }],
    ['no value of a tag', { [name]: { principal_tags: { team: [] } } }],
    ['a number', { [`${name}/principal_tags/level`]: 7 }],
    ['fifty-one tags', { [name]: { principal_tags: many(51) } }],
    ['a key that is too long', { [`${name}/principal_tags/${'k'.repeat(129)}`]: 'red' }],
    ['a value with a character that tags have not', { [`${name}/principal_tags/team`]: 'red;blue' }],
    ['a source identity with a space', { 'https://aws.amazon.com/source_identity': 'ada l' }],
    ['a source identity that is a list of two', { 'https://aws.amazon.com/source_identity': ['ada', 'eve'] }],
  ])('refuses %s', (_case, claims) => {
    expect(() => taggingOf(claims)).toThrow(expect.objectContaining({ code: 'InvalidIdentityToken' }));
  });

  it('either reads or refuses whatever a provider says', () => {
    const claim = fc.constantFrom(
      name,
      `${name}/principal_tags/team`,
      `${name}/transitive_tag_keys`,
      'https://aws.amazon.com/source_identity',
    );
    fc.assert(
      fc.property(fc.dictionary(claim, fc.jsonValue()), (claims) => {
        try {
          for (const { Key, Value } of taggingOf(claims).tags) {
            expect(Key).toMatch(/^.{1,128}$/su);
            expect(Value).toMatch(/^.{0,256}$/su);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
        }
      }),
    );
  });
});
