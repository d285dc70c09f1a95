import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../errors.ts';
import { decodeInput, encodeError, encodeOutput } from './aws-json.ts';
import { boolean, integer, list, map, required, string, structure } from './shape.ts';

const shape = structure({
  Text: string(),
  Number: integer({ min: 1 }),
  Flag: boolean(),
  List: list(string()),
  Map: map(string(), string()),
  Inner: structure({ Name: required(string()) }),
});
const decode = (body: string) => decodeInput(shape, Buffer.from(body));

describe('a JSON body', () => {
  it('becomes the members that the shape has; null and unknown ones are left out', () => {
    const body = {
      Text: 'a',
      Number: 7,
      Flag: false,
      List: ['b', null],
      Map: { c: 'd', e: null },
      Inner: { Name: 'f' },
    };
    expect(decode(JSON.stringify({ ...body, Unknown: { x: 1 } }))).toEqual({
      ...body,
      List: ['b'],
      Map: { c: 'd' },
    });
    expect(decode('{"Text":null}')).toEqual({});
    expect(decode('')).toEqual({});
  });

  it('cannot reach a prototype', () => {
    const decoded = decode('{"__proto__":{"Text":"x"},"constructor":1,"Map":{"__proto__":"x"}}');
    expect(Object.keys(decoded)).toEqual(['Map']);
    expect(Object.entries(decoded.Map as object)).toEqual([['__proto__', 'x']]);
    expect(decoded.Text).toBeUndefined();
  });

  it.each<{ body: string; message: string }>([
    { body: '{', message: 'Request body is not valid JSON.' },
    { body: '[]', message: 'Start of list found where not expected.' },
    { body: '7', message: 'Unexpected field type' },
    { body: 'null', message: 'Unexpected field type' },
    { body: '{"Text":7}', message: 'NUMBER_VALUE can not be converted to a String' },
    { body: '{"Text":true}', message: 'TRUE_VALUE can not be converted to a String' },
    { body: '{"Text":{}}', message: 'Start of structure or map found where not expected.' },
    { body: '{"Number":"7"}', message: 'STRING_VALUE can not be converted to an Integer' },
    { body: '{"Number":7.5}', message: 'Number is not an integer' },
    { body: '{"Number":1e400}', message: 'Number is not an integer' },
    { body: '{"Flag":"true"}', message: 'STRING_VALUE can not be converted to a Boolean' },
    { body: '{"Flag":0}', message: 'NUMBER_VALUE can not be converted to a Boolean' },
    { body: '{"List":"a"}', message: 'Unexpected field type' },
    { body: '{"List":{}}', message: 'Start of structure or map found where not expected.' },
    { body: '{"List":[7]}', message: 'NUMBER_VALUE can not be converted to a String' },
    { body: '{"Map":[]}', message: 'Start of list found where not expected.' },
    { body: '{"Map":{"a":false}}', message: 'FALSE_VALUE can not be converted to a String' },
    { body: '{"Inner":"a"}', message: 'Unexpected field type' },
    { body: `{"Text":${'['.repeat(65)}`, message: 'Request body is nested too deeply.' },
    {
      body: `{"Text":${'{"a":'.repeat(64)}1${'}'.repeat(65)}`,
      message: 'Request body is nested too deeply.',
    },
  ])('is refused: $body', ({ body, message }) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'SerializationException', message }));
  });

  it('may have brackets in its texts', () => {
    const text = '\\"[{'.repeat(200);
    expect(decode(JSON.stringify({ Text: text }))).toEqual({ Text: text });
  });

  it.each<{ body: string; message: string }>([
    {
      body: '{"Number":0}',
      message:
        "1 validation error detected: Value '0' at 'number' failed to satisfy constraint: Member must have value greater than or equal to 1",
    },
    {
      body: '{"Inner":{}}',
      message:
        "1 validation error detected: Value null at 'inner.name' failed to satisfy constraint: Member must not be null",
    },
    {
      body: '{"Text":"\\ud800"}',
      message:
        "1 validation error detected: Value '\ud800' at 'text' failed to satisfy constraint: Member must be well-formed Unicode without NUL",
    },
  ])('is held to the constraints: $body', ({ body, message }) => {
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'ValidationException', message }));
  });

  it('is decoded or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (body) => {
        try {
          decode(body);
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
        }
      }),
    );
  });
});

describe('a JSON answer', () => {
  it('has times as seconds, and leaves out what is undefined', () => {
    const output = { At: new Date(1_512_005_509_237), None: undefined, List: [{ At: new Date(0) }] };
    expect(encodeOutput(output)).toBe('{"At":1512005509.237,"List":[{"At":0}]}');
  });

  it('is empty where there is nothing to answer', () => {
    expect(encodeOutput(undefined)).toBe('');
    expect(encodeOutput({})).toBe('{}');
  });

  it('keeps a key that is called like a prototype', () => {
    const tags = Object.fromEntries([['__proto__', 'x']]);
    expect(encodeOutput({ Map: tags })).toBe('{"Map":{"__proto__":"x"}}');
  });
});

describe('a JSON error', () => {
  it.each([
    ['NotAuthorizedException', '{"__type":"NotAuthorizedException","message":"no"}'],
    ['AccessDeniedException', '{"__type":"AccessDeniedException","Message":"no"}'],
  ] as const)('%s', (code, body) => {
    expect(encodeError(new ServiceError(code, 'no', { reason: 'secret reason' }))).toBe(body);
  });
});
