import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../errors.ts';
import { decodeInput, encodeError, encodeOutput, parseForm } from './aws-query.ts';
import { boolean, integer, list, map, required, string, structure } from './shape.ts';

const shape = structure({
  Text: string({ max: 10 }),
  Number: integer(),
  Flag: boolean(),
  List: list(string()),
  Tags: list(structure({ Key: required(string()), Value: required(string()) })),
  Map: map(string(), string()),
});
const decode = (form: string) => decodeInput(shape, parseForm(new URLSearchParams(form)));

describe('a form', () => {
  it.each<{ form: string; input: object }>([
    { form: 'Action=X&Version=1&Text=a&Unknown.member.1=b', input: { Text: 'a' } },
    { form: 'Text=', input: { Text: '' } },
    { form: 'Number=-7&Flag=true', input: { Number: -7, Flag: true } },
    { form: 'Flag=false', input: { Flag: false } },
    { form: 'List.member.2=b&List.member.1=a&List.member.10=c', input: { List: ['a', 'b', 'c'] } },
    { form: 'List=', input: { List: [] } },
    { form: 'List.1=a', input: { List: ['a'] } },
    {
      form: 'Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.2.Key=l&Tags.member.2.Value=',
      input: {
        Tags: [
          { Key: 'k', Value: 'v' },
          { Key: 'l', Value: '' },
        ],
      },
    },
    { form: 'Map.entry.1.key=a&Map.entry.1.value=b', input: { Map: { a: 'b' } } },
    {
      form: 'Map.entry.1.key=__proto__&Map.entry.1.value=b',
      input: { Map: Object.fromEntries([['__proto__', 'b']]) },
    },
    { form: '__proto__.Text=a&constructor=b', input: {} },
  ])('$form', ({ form, input }) => {
    expect(decode(form)).toEqual(input);
  });

  it.each<{ form: string; message: string }>([
    { form: 'Number=7.5', message: 'Parameter Number must be an integer.' },
    { form: 'Number=', message: 'Parameter Number must be an integer.' },
    { form: 'Flag=yes', message: 'Parameter Flag must be true or false.' },
    { form: 'Text=a&Text=b', message: 'Parameter Text is given more than once.' },
    { form: 'List.member.1.Key=a', message: 'Parameter List must be without gaps.' },
    { form: 'Map.entry.1.key=a', message: 'Parameter Map must be without gaps.' },
    { form: 'Map.entry.1.value=a', message: 'Parameter Map must be without gaps.' },
    {
      form: `Text${'.a'.repeat(12)}=x`,
      message: 'The request has too many parameters or nests them too deeply.',
    },
    {
      form: Array.from({ length: 2001 }, (_, n) => `P${n}=x`).join('&'),
      message: 'The request has too many parameters or nests them too deeply.',
    },
  ])('is refused: $message', ({ form, message }) => {
    expect(() => decode(form)).toThrow(expect.objectContaining({ code: 'MalformedInput', message }));
  });

  it('is held to the constraints, in the words of the framework', () => {
    expect(() => decode('Text=12345678901&Tags.member.1.Key=k')).toThrow(
      expect.objectContaining({
        code: 'ValidationError',
        message:
          "2 validation errors detected: Value '12345678901' at 'text' failed to satisfy constraint: Member must have length less than or equal to 10; Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null",
      }),
    );
  });

  it('is decoded or refused, whatever it is', () => {
    const part = fc.constantFrom(
      'Text',
      'Number',
      'List',
      'Tags',
      'Map',
      'member',
      'entry',
      'key',
      'Key',
      '1',
      '2',
      '',
      '__proto__',
    );
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (fields) => {
        try {
          decodeInput(shape, parseForm(new URLSearchParams(fields)));
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
        }
      }),
    );
  });
});

describe('an XML answer', () => {
  it('has the members, lists and times as the protocol wants them', () => {
    const output = {
      Name: 'a<b',
      None: undefined,
      CreateDate: new Date(1_414_160_423_999),
      Tags: [{ Key: 'k', Value: 1 }],
      Empty: [],
    };
    expect(encodeOutput('urn:x', 'GetIt', output, 'id-1')).toBe(
      '<GetItResponse xmlns="urn:x"><GetItResult><Name>a&lt;b</Name><CreateDate>2014-10-24T14:20:23Z</CreateDate><Tags><member><Key>k</Key><Value>1</Value></member></Tags><Empty></Empty></GetItResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetItResponse>',
    );
  });

  it('has no result where there is nothing to answer', () => {
    expect(encodeOutput('urn:x', 'DoIt', undefined, 'id-1')).toBe(
      '<DoItResponse xmlns="urn:x"><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DoItResponse>',
    );
  });

  it('of an error has the side at fault, the code and the text', () => {
    expect(encodeError('urn:x', new ServiceError('AccessDenied', "it's <no>"), 'id-1')).toBe(
      '<ErrorResponse xmlns="urn:x"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>it&apos;s &lt;no&gt;</Message></Error><RequestId>id-1</RequestId></ErrorResponse>',
    );
  });

  const entities: Readonly<Record<string, string>> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    '#xD': '\r',
  };
  const notInXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

  it('holds any text so that a parser reads it back, as far as XML can hold it', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 1 }),
        fc.constantFrom('\r', '\n', '\0', '<', ']]>', '\ud800', '\uffff'),
      ),
    });
    fc.assert(
      fc.property(text, (given) => {
        const xml = encodeOutput('urn:x', 'Get', { T: given }, 'id');
        const content = xml.slice(xml.indexOf('<T>') + 3, xml.indexOf('</T>'));
        expect(content).not.toMatch(/[<>\r]|&(?!\w+;|#xD;)/);
        expect(content).not.toMatch(notInXml);
        const read = content.replace(/&([^;]+);/g, (_, name: string) => entities[name] ?? '?');
        const kept = [...given]
          .map((c) => (notInXml.test(c) || /[\u007f-\u009f]/.test(c) ? '\ufffd' : c))
          .join('');
        expect(read).toBe(kept);
      }),
    );
  });
});
