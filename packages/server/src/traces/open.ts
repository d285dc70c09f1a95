import type { Logger } from 'pino';
import type { Traces } from './traces.ts';

/**
 * Traces for the collector that the environment names as OpenTelemetry's specification has it
 * (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`); without one there are none, and nothing is loaded.
 */
export async function openTraces(
  environment: Readonly<Record<string, string | undefined>>,
  log: Logger,
): Promise<Traces | undefined> {
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isOff = environment.OTEL_SDK_DISABLED === 'true' || environment.OTEL_TRACES_EXPORTER === 'none';
  if (!endpoint || isOff) return undefined;
  const { exportTraces } = await import('./otlp.ts');
  return exportTraces(environment, log);
}
