import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXml } from './xml.ts';

describe('parseXml', () => {
  it.each<[string, string, unknown]>([
    ['text', '<A>x</A>', { A: 'x' }],
    ['elements', '<A><B>1</B><C>2</C></A>', { A: { B: '1', C: '2' } }],
    ['a namespace', '<A xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><B>1</B></A>', { A: { B: '1' } }],
    ['a declaration', '<?xml version="1.0"?>\n<A>x</A>', { A: 'x' }],
    ['a list', '<A><member>1</member><member><B>2</B></member></A>', { A: ['1', { B: '2' }] }],
    ['an empty list', '<A></A>', { A: '' }],
    ['an empty element', '<A><B/></A>', { A: { B: '' } }],
    ['entities', '<A>&lt;&amp;&#xD;&#233;&quot;&unknown;</A>', { A: '<&\ré"&unknown;' }],
    ['a name of Object.prototype', '<__proto__>x</__proto__>', JSON.parse('{"__proto__":"x"}')],
  ])('reads %s', (_what, xml, value) => {
    expect(JSON.stringify(parseXml(xml))).toBe(JSON.stringify(value));
  });

  it.each([
    ['nothing', ''],
    ['text', 'Not Found'],
    ['JSON', '{}'],
    ['an element that stays open', '<A><B></B>'],
    ['elements that cross', '<A><B></A></B>'],
    ['one closed too often', '<A></A></A>'],
    ['a loose bracket', '<A>1 < 2</A>'],
    ['a document type', '<!DOCTYPE A [<!ENTITY x "y">]><A>&x;</A>'],
  ])('takes %s for no answer', (_what, xml) => {
    expect(parseXml(xml)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.stringMatching(/^[<>/&;#xa1"= ?!]*$/), (text) => void parseXml(text)));
  });
});
