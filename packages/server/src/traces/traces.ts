/** Names and values that say what a span was about; never a token, a secret or a path. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** The head of a request that a trace begins or goes on with. */
export interface TracedRequest {
  readonly requestId: string;
  readonly method: string;
  /** W3C's header. */
  readonly traceparent: string | undefined;
}

/** Follows requests through the service, one span for each and one for each part that takes its time. */
export interface Traces {
  /** Serves a request in a span of its own; `outcome` is asked when it is served. */
  request(
    request: TracedRequest,
    work: () => Promise<void>,
    outcome: () => { readonly status: number; readonly isAborted: boolean },
  ): Promise<void>;
  /** Says more about the request that is being served: what was called, and what it is about. */
  describe(name: string, attributes: Attributes): void;
  /** A part of the request that is being served; work of no request gets no span. `calls`: somebody else is asked. */
  part<Result>(
    name: string,
    what: { readonly calls?: boolean; readonly attributes?: Attributes },
    work: () => Promise<Result>,
  ): Promise<Result>;
  /** Hands over what was not yet sent, for at most a few seconds. */
  close(): Promise<void>;
}
