import { describe, expect, it } from 'vitest';
import { parseBinary, parseBool, parseDate, parseNumeric } from './values.ts';

describe('parseDate', () => {
  it.each([
    ['2026', '2026-01-01T00:00:00.000Z'],
    ['2026-11', '2026-11-01T00:00:00.000Z'],
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T16:00Z', '2026-11-23T16:00:00.000Z'],
    ['2026-11-23t16:00:05z', '2026-11-23T16:00:05.000Z'],
    ['2026-11-23T16:00:05.25Z', '2026-11-23T16:00:05.250Z'],
    ['2026-11-23T00:30:00+01:00', '2026-11-22T23:30:00.000Z'],
    ['2026-11-23T23:30:00-01:00', '2026-11-24T00:30:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
    ['1795449600', '2026-11-23T16:00:00.000Z'],
    ['1795449600.5', '2026-11-23T16:00:00.500Z'],
  ])('%s is %s', (text, expected) => {
    expect(new Date(parseDate(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  it.each([
    '',
    'today',
    '2026-13',
    '2026-02-29',
    '2026-11-31',
    '2026-11-23T24:00Z',
    '2026-11-23T16:60Z',
    '2026-11-23T16:00',
    '2026-11-23 16:00Z',
    '2026-11-23T16Z',
    '2026-11-23T16:00+25:00',
    '-2026',
    '-1795449600',
    '1e10',
    '99999999999999999999',
  ])('%j is no date', (text) => {
    expect(parseDate(text)).toBeUndefined();
  });
});

describe('parseNumeric', () => {
  it.each([
    ['10', 10],
    ['-10', -10],
    ['+10', 10],
    ['010', 10],
    ['0.5', 0.5],
  ])('%s is %d', (text, expected) => {
    expect(parseNumeric(text)).toBe(expected);
  });

  it.each(['', ' ', '10abc', '0x10', '1e3', 'Infinity', 'NaN', '1.', '.5', '9007199254740993', ' 1'])(
    '%j is no number',
    (text) => {
      expect(parseNumeric(text)).toBeUndefined();
    },
  );
});

describe('parseBool and parseBinary', () => {
  it.each([
    ['true', true],
    ['False', false],
    ['1', undefined],
    ['', undefined],
  ])('%j is %j', (text, expected) => {
    expect(parseBool(text)).toBe(expected);
  });

  it.each(['', 'QQ==', 'QUI=', 'QUJD', '+/+/'])('%j is base64', (text) => {
    expect(parseBinary(text)).toBe(text);
  });

  it.each(['Q', 'QQ', 'QQ=', 'QQ==QQ==', 'Q Q=', '====', '-_-_'])('%j is not base64', (text) => {
    expect(parseBinary(text)).toBeUndefined();
  });
});
