import { openApi } from './api/client.ts';
import type { AccessKey } from './api/sign.ts';
import { textAt } from './api/xml.ts';

/** Who is signed in, and for what. */
export interface Session {
  readonly key: AccessKey;
  readonly region: string;
  readonly account: string;
  readonly arn: string;
}

const place = 'daypass.session';

/** Proves the key to the service and keeps it in this tab until it is closed. Throws `ApiError` when it is refused. */
export async function signIn(key: AccessKey): Promise<Session> {
  const { region } = await configuration();
  const answer = await openApi({ url: new URL(location.href), region }, key).sts('GetCallerIdentity');
  const session = { key, region, account: textAt(answer, 'Account'), arn: textAt(answer, 'Arn') };
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

/** What the server says of itself before anybody is signed in. */
async function configuration(): Promise<{ readonly region: string }> {
  const response = await fetch(`${import.meta.env.BASE_URL}config.json`);
  if (!response.ok) throw new Error(`The service answered ${response.status}.`);
  return JSON.parse(await response.text());
}
