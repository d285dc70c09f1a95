import { openApi } from './api/client.ts';
import type { AccessKey } from './api/sign.ts';
import { textAt } from './api/xml.ts';

/** Who is signed in, and for what. */
export interface Session {
  readonly key: AccessKey;
  readonly region: string;
  readonly account: string;
  readonly arn: string;
  /** When temporary credentials end, in milliseconds since the epoch. */
  readonly until?: number | undefined;
}

/** What the server says of itself before anybody is signed in. */
export interface Configuration {
  readonly region: string;
  /** Absent where it takes access keys alone. */
  readonly signIn?: Provider;
}

/** The OpenID provider that administrators sign in at; without endpoints while it does not answer. */
export interface Provider {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
}

const place = 'daypass.session';

/** Proves the key to the service and keeps it in this tab until it is closed. Throws `ApiError` when it is refused. */
export async function signIn(key: AccessKey, until?: number): Promise<Session> {
  const { region } = await configuration();
  const answer = await openApi({ url: new URL(location.href), region }, key).sts('GetCallerIdentity');
  const session = { key, region, account: textAt(answer, 'Account'), arn: textAt(answer, 'Arn'), until };
  sessionStorage.setItem(place, JSON.stringify(session));
  return session;
}

/** The session of this tab, if there is one. */
export function storedSession(): Session | undefined {
  const text = sessionStorage.getItem(place);
  return text === null ? undefined : JSON.parse(text);
}

export function signOut(): void {
  sessionStorage.clear();
}

export async function configuration(): Promise<Configuration> {
  const response = await fetch(`${import.meta.env.BASE_URL}config.json`);
  if (!response.ok) throw new Error(`The service answered ${response.status}.`);
  return JSON.parse(await response.text());
}
