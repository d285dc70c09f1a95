import type { GatewayHandler } from '../gateway/gateway.ts';
import type { Traces } from '../traces/traces.ts';
import { serve } from './serve.ts';

/** What probes and scrapers ask every few seconds tells nothing. */
const isUpkeep = /^\/_daypass\/(?:health|ready|metrics)(?:\?|$)/;

/** Serves requests, each in a span of its own. */
export function tracedServe(traces: Traces): typeof serve {
  return (endpoints, request, response, options) => {
    const { method = 'GET', url = '', headers } = request;
    if (isUpkeep.test(url)) return serve(endpoints, request, response, options);
    const traceparent = typeof headers.traceparent === 'string' ? headers.traceparent : undefined;
    return traces.request(
      { requestId: options.requestId, method, traceparent },
      () => serve(endpoints, request, response, options),
      () => ({ status: response.statusCode, isAborted: !response.writableEnded }),
    );
  };
}

/** The same handler; the request's span says which service was asked for. */
export function tracedGateway(name: string, handler: GatewayHandler, traces: Traces): GatewayHandler {
  return (request, response, requestId) => {
    if (request.method !== 'OPTIONS') traces.describe(name, { 'rpc.service': name });
    return handler(request, response, requestId);
  };
}
