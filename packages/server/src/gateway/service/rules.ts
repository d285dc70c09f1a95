/** How the requests of a service that the gateway has no knowledge of are read; what no rule covers is refused. */
export interface ServiceRules {
  /** The prefix of `X-Amz-Target`, for a service with a JSON protocol: `AmazonSQS`. */
  readonly target?: string;
  /** The `Version` in a form, for a service with the Query protocol: `2012-11-05`. */
  readonly version?: string;
  /** Operations whose action has another name; `SendMessageBatch` is allowed by `sqs:SendMessage`. */
  readonly actions?: Readonly<Record<string, string>>;
  /** The operations of a REST service. */
  readonly operations?: readonly RestOperation[];
  /**
   * The ARN that every operation is about, with `${region}` and `${account}` in it or not. Default: which one is not
   * known, so that only a policy for all resources allows anything.
   */
  readonly resource?: string;
}

export interface RestOperation {
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** `/2015-03-31/functions/{name}/invocations`: `{name}` is one segment. */
  readonly path: string;
  /** Query parameters that may be there. */
  readonly query?: readonly string[];
  /** Headers that go on to the backend besides `content-type`. */
  readonly headers?: readonly string[];
  /** As that of the service, with the segments of the path too: `arn:aws:lambda:${region}:${account}:function:${name}`. */
  readonly resource?: string;
}

/**
 * Services whose marks need no configuration, since all their actions are named after their operations, or as here.
 * Source: Service Authorization Reference; Amazon SQS Developer Guide, "Amazon SQS API permissions".
 */
export const knownServices: Readonly<Record<string, ServiceRules>> = {
  sqs: {
    target: 'AmazonSQS',
    version: '2012-11-05',
    actions: {
      ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
      DeleteMessageBatch: 'DeleteMessage',
      SendMessageBatch: 'SendMessage',
    },
  },
  sns: { version: '2010-03-31', actions: { PublishBatch: 'Publish' } },
  kinesis: { target: 'Kinesis_20131202' },
  firehose: { target: 'Firehose_20150804' },
};

/** Served by Daypass itself, or by a data plane that knows more. */
const ownServices = /^(?:s3(?:-.*|express)?|dynamodb|sts|iam|cognito-identity|daypass)$/;

/** What is wrong with the rules of a service, in one line for whoever wrote them. */
export class RulesError extends Error {
  override readonly name = 'RulesError';
}

/** Throws `RulesError`. */
export function checkRules(service: string, rules: ServiceRules): void {
  if (!/^[a-z0-9-]{1,64}$/.test(service)) throw new RulesError(`not the name of a service: ${service}`);
  if (ownServices.test(service)) throw new RulesError(`${service} cannot have a backend of this kind`);
  const { target, version, operations = [], resource } = rules;
  if (target === undefined && version === undefined && operations.length === 0)
    throw new RulesError(`no operation of ${service} could be told: it needs target, version or operations`);
  checkResource(resource, ['region', 'account']);
  for (const { path, resource: own } of operations) {
    const names = namesIn(path);
    if (names === undefined) throw new RulesError(`not the path of an operation: ${path}`);
    checkResource(own, ['region', 'account', ...names]);
  }
}

/** A pattern as a resource would be matched by the patterns of no policy. */
function checkResource(template: string | undefined, variables: readonly string[]): void {
  if (template === undefined) return;
  const rest = template.replace(/\$\{([A-Za-z]+)\}/g, (variable, name) =>
    variables.includes(name) ? '' : variable,
  );
  if (!/^arn:[^*?${}]+$/.test(rest)) throw new RulesError(`not an ARN without wildcards: ${template}`);
}

/** The names in a path, in order; undefined for a path that is not one. */
export function namesIn(path: string): string[] | undefined {
  const segments = path.split('/').slice(1);
  const names = segments.flatMap((segment) => /^\{([A-Za-z]+)\}$/.exec(segment)?.[1] ?? []);
  const sound = segments.every((segment) => /^(?:\{[A-Za-z]+\}|[A-Za-z0-9._~-]*)$/.test(segment));
  return path.startsWith('/') && sound && new Set(names).size === names.length ? names : undefined;
}
