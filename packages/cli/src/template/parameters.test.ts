import { describe, expect, it } from 'vitest';
import type { JsonObject } from './json.ts';
import { parameterValues } from './parameters.ts';

describe('parameterValues', () => {
  it.each<[string, JsonObject, string | undefined, unknown]>([
    ['a default', { Type: 'String', Default: 'a' }, undefined, 'a'],
    ['what is given', { Type: 'String', Default: 'a' }, 'b', 'b'],
    ['a list', { Type: 'CommaDelimitedList' }, 'a, b', ['a', 'b']],
    ['numbers', { Type: 'List<Number>' }, '1,2', ['1', '2']],
    ['nothing for what has no value', { Type: 'String' }, undefined, undefined],
    [
      'nothing for a name in the parameter store',
      { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/x' },
      undefined,
      undefined,
    ],
    [
      'what is given for one in the parameter store',
      { Type: 'AWS::SSM::Parameter::Value<String>' },
      'v',
      'v',
    ],
  ])('has %s', (_what, declaration, given, value) => {
    expect(parameterValues({ P: declaration }, given === undefined ? {} : { P: given }).get('P')).toEqual(
      value,
    );
  });

  it.each<[string, JsonObject, string, RegExp]>([
    ['no number', { Type: 'Number' }, 'x', /^Parameters\.P: it must be a number\.$/],
    ['not allowed', { Type: 'String', AllowedValues: ['a', 'b'] }, 'c', /one of a, b/],
    ['of another form', { Type: 'String', AllowedPattern: '[a-z]+' }, 'a1', /what \[a-z\]\+ matches/],
    ['too short', { Type: 'String', MinLength: 3 }, 'ab', /at least 3 characters/],
    ['too large', { Type: 'Number', MaxValue: 5 }, '6', /at most 5\./],
    [
      'described',
      { Type: 'String', MinLength: 3, ConstraintDescription: 'Three letters.' },
      'a',
      /Three letters\./,
    ],
  ])('refuses what is %s, without showing it', (_what, declaration, given, message) => {
    expect(() => parameterValues({ P: { ...declaration, NoEcho: true } }, { P: given })).toThrow(message);
  });

  it('refuses what is not declared', () => {
    expect(() => parameterValues({}, { P: 'x' })).toThrow('Parameters.P: it is not declared.');
  });
});
