import { setTimeout as wait } from 'node:timers/promises';
import * as oauth from 'oauth4webapi';
import { Failure } from '../failure.ts';
import { type Application, type Connection, connect, idTokenOf, told } from './openid.ts';

export interface DeviceSignInOptions extends Application {
  /** Is given the address to open on any device, and the code to enter there. */
  readonly show: (address: string, code: string) => void;
}

/** Seconds between two questions where the provider names none, and what it adds when asked to slow down (RFC 8628 §3.5). */
const pause = 5;

/** Signs in with a browser on another device (RFC 8628). Returns the ID token. */
export async function signInWithDevice(options: DeviceSignInOptions): Promise<string> {
  try {
    const provider = await connect(options);
    const { server, client, authentication, insecure } = provider;
    if (server.device_authorization_endpoint === undefined) {
      throw new Failure('the provider has no sign-in for devices; leave out --device.');
    }
    const asked = await oauth.deviceAuthorizationRequest(
      server,
      client,
      authentication,
      { scope: options.scope },
      insecure,
    );
    const device = await oauth.processDeviceAuthorizationResponse(server, client, asked);
    options.show(device.verification_uri_complete ?? device.verification_uri, device.user_code);
    return idTokenOf(await tokensOf(provider, device));
  } catch (error) {
    throw told(error);
  }
}

/** Asks until somebody has signed in, at the pace the provider sets. */
async function tokensOf(
  { server, client, authentication, insecure }: Connection,
  device: oauth.DeviceAuthorizationResponse,
): Promise<oauth.TokenEndpointResponse> {
  const end = performance.now() + device.expires_in * 1000;
  let interval = device.interval ?? pause;
  while (performance.now() < end) {
    await wait(interval * 1000);
    const answer = await oauth.deviceCodeGrantRequest(
      server,
      client,
      authentication,
      device.device_code,
      insecure,
    );
    try {
      return await oauth.processDeviceCodeResponse(server, client, answer);
    } catch (error) {
      const reason = error instanceof oauth.ResponseBodyError ? error.error : undefined;
      if (reason === 'expired_token') break;
      if (reason === 'slow_down') interval += pause;
      else if (reason !== 'authorization_pending') throw error;
    }
  }
  throw new Failure('nobody signed in.');
}
