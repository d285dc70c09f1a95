import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Header } from '../wire.ts';
import { S3Error } from './errors.ts';
import { bucketOfHost } from './request.ts';

/**
 * What a browser loads to run it, or to let it change a page. Source: Fetch Standard, "destination" and "script-like".
 */
const code = new Set([
  'audioworklet',
  'json',
  'paintworklet',
  'script',
  'serviceworker',
  'sharedworker',
  'style',
  'worker',
  'xslt',
]);

/**
 * Keeps what is stored from acting as the service. In path style objects come from the origin on which the operator's
 * console holds an administrator's key; so a page among them gets an origin of its own, and none of them is given to a page
 * of this origin to run. A bucket with a host of its own has an origin of its own. Throws `AccessDenied`.
 */
export function keepApart(
  { headers }: IncomingMessage,
  response: ServerResponse,
  s3Domain: string | undefined,
): void {
  if (bucketOfHost(headers.host, s3Domain) !== undefined) return;
  response.setHeader('content-security-policy', 'sandbox');
  const { 'sec-fetch-site': site, 'sec-fetch-dest': destination = '', 'service-worker': worker } = headers;
  if (worker !== undefined || (site === 'same-origin' && code.has(destination.toString()))) {
    throw new S3Error('AccessDenied', 'Access Denied', 'an object is no code for the pages of this service');
  }
}

/** Browsers show a document of this type in a viewer of their own, and not at all in a sandbox. */
export function letViewersOpen(answered: readonly Header[], response: ServerResponse): void {
  const types = answered.filter(([name]) => name === 'content-type');
  if (types.length === 1 && types[0]?.[1].toLowerCase() === 'application/pdf') {
    response.removeHeader('content-security-policy');
  }
}
