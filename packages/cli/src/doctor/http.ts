/** What an address answers, undefined when it does not within five seconds. */
export async function ask(url: string, init: RequestInit = {}): Promise<Response | undefined> {
  try {
    return await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(5000) });
  } catch {
    return undefined;
  }
}

/** One member of the JSON document at an address. */
export async function member(url: string, name: string): Promise<unknown> {
  const answer = await ask(url);
  const json: unknown = await answer?.json().catch(() => undefined);
  return Reflect.get(Object(json), name);
}
