import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { refusalClass } from '../metrics/measured-tokens.ts';
import { samplerOf } from './sampler.ts';
import { readTraceparent } from './traceparent.ts';
import type { Traces } from './traces.ts';

/** Milliseconds that a collector gets to take the last spans. */
const lastChance = 3000;

/**
 * Sends spans to a collector over HTTP in batches; a queue that is full drops them, so that nothing waits for it. The
 * exporter itself reads the endpoint, headers, certificates and time-outs from the process's environment.
 */
export function exportTraces(environment: Readonly<Record<string, string | undefined>>, log: Logger): Traces {
  const { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument } = environment;
  const sampler = samplerOf(name || undefined, argument);
  if (sampler === undefined) log.warn({ sampler: name }, 'no such sampler: everything is traced');
  const told = (message: string) => log.warn({ message }, 'traces');
  const nothing = () => {};
  diag.setLogger(
    { error: told, warn: told, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'daypass' }))
      .merge(detectResources({ detectors: [envDetector] })),
    ...(sampler && { sampler }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  const tracer = provider.getTracer('daypass');
  const active = new AsyncLocalStorage<{ readonly request: Span; readonly context: Context }>();

  return {
    async request({ requestId, method, traceparent }, work, outcome) {
      const attributes = { 'http.request.method': method, 'aws.request_id': requestId };
      const parent = remoteContext(traceparent);
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
      try {
        await active.run({ request: span, context: trace.setSpan(parent, span) }, work);
        const { status, isAborted } = outcome();
        if (isAborted) span.setAttribute('error.type', 'aborted');
        else span.setAttribute('http.response.status_code', status);
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      } catch (error) {
        fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    },

    describe(name, attributes) {
      active.getStore()?.request.updateName(name).setAttributes(attributes);
    },

    async part(name, { calls = false, attributes = {} }, work) {
      const within = active.getStore();
      if (within === undefined) return work();
      const { request, context } = within;
      const span = tracer.startSpan(
        name,
        { kind: calls ? SpanKind.CLIENT : SpanKind.INTERNAL, attributes },
        context,
      );
      try {
        return await active.run({ request, context: trace.setSpan(context, span) }, work);
      } catch (error) {
        fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    },

    async close() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, lastChance);
      await Promise.race([provider.shutdown().catch(nothing), late]);
      clearTimeout(timer);
    },
  };
}

/** An outside trace goes on here; what it does with its own state is not our business. */
function remoteContext(header: string | undefined): Context {
  const parent = readTraceparent(header);
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  });
}

/** Of an error only its class: messages may name what a trace is not for. */
function fail(span: Span, error: unknown): void {
  span.setAttribute('error.type', refusalClass(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}
