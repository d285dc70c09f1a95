import { describe, expect, it } from 'vitest';
import { isSameMap, mapOf, tagDraftOf } from './tag-draft.ts';

const provider = 'login.example.test';
const rows = [
  { tag: ' team ', claim: 'custom:team' },
  { tag: 'level', claim: ' level' },
];

describe('the form of a tag map', () => {
  it.each([
    { of: 'nothing', map: { provider, useDefaults: false, tags: {} } },
    { of: 'defaults', map: { provider, useDefaults: true, tags: {} } },
    { of: 'claims', map: { provider, useDefaults: false, tags: { team: 'custom:team' } } },
  ])('shows $of and saves it as it was', ({ of, map }) => {
    const draft = tagDraftOf(provider, [map]);
    expect(draft.kind).toBe(of);
    expect(mapOf(draft)).toEqual(map);
  });

  it('tags nothing where no map is', () => expect(tagDraftOf(provider, []).kind).toBe('nothing'));

  it('saves what was typed, without the space around it', () => {
    expect(mapOf({ provider, kind: 'claims', rows }).tags).toEqual({ team: 'custom:team', level: 'level' });
  });

  it('keeps rows to itself that are not meant any more', () => {
    expect(mapOf({ provider, kind: 'defaults', rows })).toEqual({ provider, useDefaults: true, tags: {} });
  });

  it('has every tag once, whatever its case', () => {
    const twice = [...rows, { tag: 'Team', claim: 'other' }];
    expect(() => mapOf({ provider, kind: 'claims', rows: twice })).toThrow('The tag Team of');
  });

  it('knows maps that tag the same', () => {
    const map = { provider, useDefaults: false, tags: { a: '1', b: '2' } };
    expect(isSameMap(map, { ...map, tags: { b: '2', a: '1' } })).toBe(true);
    expect(isSameMap(map, { ...map, tags: { a: '1' } })).toBe(false);
    expect(isSameMap(map, { ...map, useDefaults: true })).toBe(false);
  });
});
