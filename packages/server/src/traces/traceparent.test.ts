import { describe, expect, it } from 'vitest';
import { samplerOf } from './sampler.ts';
import { readTraceparent } from './traceparent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('traceparent', () => {
  it.each([
    ['a sampled trace', `00-${traceId}-${spanId}-01`, true],
    ['one that is not', `00-${traceId}-${spanId}-00`, false],
    ['further flags', `00-${traceId}-${spanId}-03`, true],
    ['a later version', `01-${traceId}-${spanId}-01-more`, true],
  ])('says %s', (_what, header, isSampled) => {
    expect(readTraceparent(header)).toEqual({ traceId, spanId, isSampled });
  });

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['of the version that never comes', `ff-${traceId}-${spanId}-01`],
    ['longer than its version', `00-${traceId}-${spanId}-01-more`],
    ['in capitals', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a span of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['too short', `00-${traceId.slice(1)}-${spanId}-01`],
    ['two of them', `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`],
  ])('is nothing when it is %s', (_what, header) => expect(readTraceparent(header)).toBeUndefined());
});

describe('the sampler', () => {
  it.each([
    [undefined, undefined, /^ParentBased\{root=AlwaysOnSampler/],
    ['always_on', undefined, /^AlwaysOnSampler/],
    ['always_off', undefined, /^AlwaysOffSampler/],
    ['traceidratio', '0.25', /^TraceIdRatioBased\{0\.25\}/],
    ['traceidratio', 'half', /^TraceIdRatioBased\{1\}/],
    ['parentbased_traceidratio', '0.5', /^ParentBased\{root=TraceIdRatioBased\{0\.5\}/],
    ['parentbased_always_off', undefined, /^ParentBased\{root=AlwaysOffSampler/],
  ])('%s %s', (name, argument, expected) => {
    expect(samplerOf(name, argument)?.toString()).toMatch(expected);
  });

  it.each(['jaeger_remote', 'xray', ''])('is not %j', (name) => expect(samplerOf(name)).toBeUndefined());
});
