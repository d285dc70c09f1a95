import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeXml, S3Error } from './errors.ts';
import { parseXml, textOf } from './xml.ts';

describe('parseXml', () => {
  it('reads elements, attributes and entities', () => {
    const document = parseXml(
      Buffer.from(
        `<?xml version="1.0" encoding="UTF-8"?>\n<A xmlns="urn:x" x:type='y'>\n <B>1 &lt; 2 &amp;&#38;&#x26; ü</B><C/>\n</A>\n`,
      ),
    );
    expect([document.name, textOf(document, 'B'), textOf(document, 'C'), textOf(document, 'D')]).toEqual([
      'A',
      '1 < 2 &&& ü',
      '',
      undefined,
    ]);
  });

  it('reads back any text that XML can hold', () => {
    const text = fc
      .string({ unit: 'grapheme' })
      .filter((candidate) => !candidate.includes('\u{FFFE}') && !candidate.includes('\u{FFFF}'));
    fc.assert(
      fc.property(text, (written) => {
        expect(textOf(parseXml(Buffer.from(`<A><B>${escapeXml(written)}</B></A>`)), 'B')).toBe(written);
      }),
    );
  });

  it.each([
    ['a document type', '<!DOCTYPE A [<!ENTITY x "y">]><A>&x;</A>'],
    ['an entity of its own', '<A>&x;</A>'],
    ['a comment', '<A><!-- B --></A>'],
    ['CDATA', '<A><![CDATA[B]]></A>'],
    ['a processing instruction', '<A><?x?></A>'],
    ['a prefix', '<s3:A xmlns:s3="urn:x"></s3:A>'],
    ['two roots', '<A/><A/>'],
    ['text outside', 'x<A/>'],
    ['text among elements', '<A>x<B/></A>'],
    ['an open element', '<A><B></A>'],
    ['an attribute in a closing tag', '<A></A x="y">'],
    ['a bare ampersand', '<A>a & b</A>'],
    ['a character XML cannot hold', '<A>&#1;</A>'],
    ['a surrogate', '<A>&#xD800;</A>'],
    ['too many levels', `${'<A>'.repeat(11)}${'</A>'.repeat(11)}`],
    ['bytes that are not UTF-8', Buffer.from([0x3c, 0x41, 0x3e, 0xff, 0x3c, 0x2f, 0x41, 0x3e])],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(() => parseXml(Buffer.from(text))).toThrow(S3Error);
  });
});
