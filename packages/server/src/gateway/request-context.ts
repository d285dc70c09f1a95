import type { IncomingMessage } from 'node:http';
import type { Caller } from '../access/caller.ts';
import type { ConditionContext } from './demand.ts';
import type { GatewayServices } from './gateway.ts';

/**
 * The condition keys that every request has, whatever it asks for, and those of its caller.
 * Source: IAM User Guide, "AWS global condition context keys".
 */
export function requestContext(
  request: IncomingMessage,
  caller: Caller,
  services: GatewayServices,
): ConditionContext {
  const context = new Map(services.contextOf(caller));
  const now = new Date(services.clock.now());
  context.set('aws:currenttime', `${now.toISOString().slice(0, 19)}Z`);
  context.set('aws:epochtime', String(Math.floor(now.getTime() / 1000)));
  context.set('aws:requestedregion', services.region);
  context.set('aws:resourceaccount', services.account);
  context.set('aws:viaawsservice', 'false');

  const client = services.clientOf?.(request) ?? clientOfConnection(request);
  context.set('aws:securetransport', String(client.secure));
  if (client.address !== undefined) context.set('aws:sourceip', client.address);

  const { referer, 'user-agent': userAgent } = request.headers;
  if (referer !== undefined) context.set('aws:referer', referer);
  if (userAgent !== undefined) context.set('aws:useragent', userAgent);
  return context;
}

function clientOfConnection(request: IncomingMessage): { address: string | undefined; secure: boolean } {
  const { remoteAddress } = request.socket;
  const secure = 'encrypted' in request.socket && request.socket.encrypted === true;
  // On a dual-stack socket an IPv4 client has an IPv6 address, which no policy would be written for.
  return { address: remoteAddress?.replace(/^::ffff:(?=\d+\.)/, ''), secure };
}
