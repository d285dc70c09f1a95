import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { membersAt, readXml, textAt } from './xml.ts';

const escaped = (text: string): string =>
  text.replace(/[&<>"\r\n]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`);

describe('readXml', () => {
  it('reads what AWS Query services answer', () => {
    const answer = readXml(`<?xml version="1.0"?>
      <ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
        <ListRolesResult>
          <Roles>
            <member><RoleName>Player</RoleName><Description>Plays &amp; wins &lt;3</Description></member>
            <member><RoleName>Guest</RoleName><Description/></member>
          </Roles>
        </ListRolesResult>
      </ListRolesResponse>`);
    const roles = membersAt(answer, 'ListRolesResult', 'Roles');
    expect(roles.map((role) => [textAt(role, 'RoleName'), textAt(role, 'Description')])).toEqual([
      ['Player', 'Plays & wins <3'],
      ['Guest', ''],
    ]);
  });

  it('gives any text back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(textAt(readXml(`<a><b>${escaped(text)}</b></a>`), 'b')).toBe(text);
      }),
    );
  });

  it.each(['', 'no element', '<a>', '<a></b>', '<a/></a>', '</a>'])('refuses %j', (text) => {
    expect(() => readXml(text)).toThrow(SyntaxError);
  });

  it('never fails in another way', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>/a"\'&#;x? ') }), (text) => {
        try {
          readXml(text);
        } catch (error) {
          if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
        }
      }),
    );
  });
});
