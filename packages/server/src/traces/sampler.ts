import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/**
 * The sampler of `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`; undefined for one that is not known.
 * Source: OpenTelemetry specification, "General SDK Configuration".
 */
export function samplerOf(name = 'parentbased_always_on', argument?: string): Sampler | undefined {
  const ratio = Number(argument || '1');
  const roots: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio >= 0 && ratio <= 1 ? ratio : 1),
  };
  const root = roots[name.replace(/^parentbased_/, '')]?.();
  return root !== undefined && name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
