import type { IncomingHttpHeaders } from 'node:http';

/** One request of a client and how it was answered. */
export interface Call {
  readonly client: string;
  readonly version: string;
  readonly service: string;
  readonly operation: string;
  /** Of the HTTP answer. */
  readonly status: number;
  /** The type and the text of the error; undefined when the operation was done. */
  readonly code?: string;
  readonly message?: string;
}

const clients: readonly { readonly client: string; readonly pattern: RegExp }[] = [
  { client: 'Terraform', pattern: /terraform-provider-aws\/([\d.]+)/ },
  { client: 'AWS CLI', pattern: /aws-cli\/([\d.]+)/ },
  { client: 'Amplify', pattern: /aws-amplify\/([\d.]+)/ },
  { client: 'AWS SDK for JavaScript', pattern: /aws-sdk-js\/([\d.]+)/ },
];

/** Who asks, by what every client of AWS says of itself. Throws for a client that the page does not know. */
export function clientOf(headers: IncomingHttpHeaders): { client: string; version: string } {
  const said = `${headers['user-agent']} ${headers['x-amz-user-agent']}`;
  for (const { client, pattern } of clients) {
    const [, version] = pattern.exec(said) ?? [];
    if (version !== undefined) return { client, version };
  }
  throw new Error(`an unknown client: ${said}`);
}

const versions: ReadonlyMap<string | null, string> = new Map([
  ['2010-05-08', 'iam'],
  ['2011-06-15', 'sts'],
]);

/** What is asked for; undefined for requests that are no operation, such as S3's. */
export function operationOf(
  headers: IncomingHttpHeaders,
  body: Buffer,
): { service: string; operation: string } | undefined {
  const target = headers['x-amz-target'];
  if (typeof target === 'string' && target.startsWith('AWSCognitoIdentityService.'))
    return { service: 'cognito-identity', operation: target.slice(target.indexOf('.') + 1) };
  const form = new URLSearchParams(body.toString());
  const service = versions.get(form.get('Version'));
  const operation = form.get('Action');
  return service === undefined || operation === null ? undefined : { service, operation };
}

export function codeOf(headers: IncomingHttpHeaders): string | undefined {
  const type = headers['x-amzn-errortype'];
  return typeof type === 'string' ? type.replace(/:$/, '') : undefined;
}

/** The text of an error in the body of either protocol, with what differs from run to run left out. */
export function messageOf(body: Buffer): string {
  return changing.reduce((text, pattern) => text.replace(pattern, '…'), textOf(body.toString()));
}

/** Ids, key ids, times and seconds since the epoch. */
const changing: readonly RegExp[] = [
  /(?<=us-east-1:)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
  /\b(?:AKIA|ASIA|AROA|AIDA|ANPA)[A-Z2-7]{16}\b/g,
  /\b\d{8}T\d{6}Z\b/g,
  /\b1\d{9}\b/g,
];

function textOf(body: string): string {
  if (body.startsWith('{')) {
    const { message, Message = message } = JSON.parse(body);
    return Message;
  }
  const [, text = ''] = /<Message>(.*)<\/Message>/s.exec(body) ?? [];
  return text.replace(
    /&(lt|gt|quot|apos|amp|#x?[0-9a-f]+);/gi,
    (reference, name) => characters[name] ?? reference,
  );
}

const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
