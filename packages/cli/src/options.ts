import { InvalidArgumentError } from 'commander';

/** The value of an environment variable, unset and empty alike `undefined`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A TCP port; 0 asks the operating system for a free one. */
export function parsePort(text: string): number {
  const port = wholeNumber(text);
  if (port === undefined || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

export function parseWorkers(text: string): number {
  const workers = wholeNumber(text);
  if (workers === undefined || workers < 1 || workers > 256) {
    throw new InvalidArgumentError('The number of workers is from 1 to 256.');
  }
  return workers;
}

/** A rate, a number of days or connections: 0 or more, a fraction too where that has a meaning. */
export function parseAmount(text: string): number {
  if (!/^\d{1,9}(?:\.\d{1,3})?$/.test(text))
    throw new InvalidArgumentError('It must be a number, 0 or more.');
  return Number(text);
}

export function parseCount(text: string): number {
  const count = wholeNumber(text);
  if (count === undefined) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return count;
}

/** Adds audit destinations (several separated by commas) to those read so far. */
export function parseAudit(text: string, previous: readonly string[]): string[] {
  const destinations = text.split(',').map((destination) => destination.trim());
  for (const destination of destinations) {
    if (destination === 'stdout' || /^file:./.test(destination)) continue;
    if (!/^https?:/.test(destination)) {
      throw new InvalidArgumentError('It must be file:PATH, stdout or an https URL.');
    }
    parseWebhook(destination);
  }
  return [...previous, ...destinations];
}

/** An https URL, or an http one on loopback. */
export function parseWebhook(text: string): string {
  if (!parseUrl(text).startsWith('https:') && !isLoopback(new URL(text).hostname)) {
    throw new InvalidArgumentError('http is allowed for loopback addresses only.');
  }
  return text;
}

/** An AWS account number, as it stands in every ARN. */
export function parseAccount(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('An account is 12 digits.');
  return text;
}

/** A region's name; it becomes the first half of every pool and identity id, whose pattern is `[\w-]+:[0-9a-f-]+`. */
export function parseRegion(text: string): string {
  if (!/^[a-z][a-z0-9-]{0,17}$/.test(text)) throw new InvalidArgumentError('A region looks like us-east-1.');
  return text;
}

/** A host name of at least two labels, or `localhost`. */
export function parseDomain(text: string): string {
  if (!/^(?=.{1,253}$)(?:localhost|(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63})$/i.test(text)) {
    throw new InvalidArgumentError('It must be a domain, such as s3.example.com.');
  }
  return text;
}

/** Names of S3's sub-resources, separated by commas, each with the one method it works with before it or not. */
export function parseSubresources(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (!names.every((name) => /^(?:(?:GET|PUT|POST|DELETE) )?[A-Za-z][A-Za-z-]*$/.test(name))) {
    throw new InvalidArgumentError('It must be names such as acl,tagging,POST uploads.');
  }
  return names;
}

export function parseStore(text: string): string {
  if (text !== 'sqlite' && !/^postgres(ql)?:\/\/./.test(text)) {
    throw new InvalidArgumentError('A store is sqlite or postgres://….');
  }
  return text;
}

/** The text of an absolute http or https URL without credentials in it. */
export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new InvalidArgumentError('It must be an http or https URL.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError('Credentials do not belong in the URL.');
  }
  return text;
}

/**
 * Adds `KEY=URL` (several separated by commas) to the overrides read so far. `http:` is for loopback only, because
 * what is fetched there decides whose tokens are believed.
 */
export function parseProviderOverride(
  text: string,
  previous: Readonly<Record<string, string>>,
): Record<string, string> {
  const overrides = { ...previous };
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(equals, 0)).trim();
    if (key === '')
      throw new InvalidArgumentError('It must be KEY=URL, such as accounts.google.com=https://….');
    const url = parseUrl(pair.slice(equals + 1).trim());
    if (!url.startsWith('https:') && !isLoopback(new URL(url).hostname)) {
      throw new InvalidArgumentError('http is allowed for loopback addresses only.');
    }
    overrides[key] = url;
  }
  return overrides;
}

/** Adds login keys (several separated by commas), or `*` for every one, to those read so far. */
export function parsePrivateProvider(text: string, previous: readonly string[]): string[] {
  const keys = text.split(',').map((key) => key.trim());
  if (!keys.every((key) => key === '*' || /^[\w.-]+(?:\/[^\s,?#]*)?$/.test(key))) {
    throw new InvalidArgumentError('It must be a login key, such as id.example.com/tenant, or *.');
  }
  return [...previous, ...keys];
}

/** Adds `CLAIM=VALUE` to the values of the claims read so far. Never a list: names of groups have commas in them. */
export function parseClaim(
  text: string,
  previous: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly string[]> {
  const [, name = '', value = ''] = /^\s*([^=\s]+)=(.*?)\s*$/s.exec(text) ?? [];
  if (name === '' || value === '') {
    throw new InvalidArgumentError('It must be CLAIM=VALUE, such as groups=administrators.');
  }
  const earlier = Object.hasOwn(previous, name) ? previous[name] : [];
  return { ...previous, [name]: [...(earlier ?? []), value] };
}

/** The seconds of a role session: 15 minutes to 12 hours. */
export function parseDuration(text: string): number {
  const seconds = wholeNumber(text);
  if (seconds === undefined || seconds < 900 || seconds > 43_200) {
    throw new InvalidArgumentError('It must be from 900 to 43200 seconds.');
  }
  return seconds;
}

/** An issuer as its tokens name it. */
export function parseIssuer(text: string): string {
  if (!parseUrl(text).startsWith('https:')) throw new InvalidArgumentError('An issuer is an https URL.');
  return text;
}

/** Adds `SERVICE=URL` (several separated by commas) to the backends read so far. */
export function parseServiceBackend(
  text: string,
  previous: Readonly<Record<string, string>>,
): Record<string, string> {
  const backends = { ...previous };
  for (const pair of text.split(',')) {
    const [, name = '', url = ''] = /^\s*([a-z0-9-]{1,64})=(.*)$/.exec(pair) ?? [];
    if (name === '') throw new InvalidArgumentError('It must be SERVICE=URL, such as sqs=http://….');
    backends[name] = parseUrl(url.trim());
  }
  return backends;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
