import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** Who can sign in, and with which claims. */
export type People = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A certified OpenID provider on loopback, where one signs in by choosing who one is. */
export interface Accounts {
  readonly issuer: string;
  readonly clientId: string;
  /** Where it is reached: the value of a provider override. */
  readonly url: string;
  /** Whether pages of the console's origin may redeem codes. */
  letsPagesRedeem: boolean;
  /** Takes administrators to this console from now on. */
  open(console: URL): void;
  close(): Promise<void>;
}

export async function startAccounts(people: People): Promise<Accounts> {
  const issuer = 'https://accounts.daypass.test';
  const clientId = 'console';
  let answer: ReturnType<Provider['callback']> | undefined;
  let provider: Provider | undefined;
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer);
    if (pathname === '/favicon.ico') return void response.writeHead(204).end();
    if (provider === undefined || answer === undefined) return void response.writeHead(503).end();
    if (!pathname.startsWith('/choose/')) return answer(request, response);
    const accountId = searchParams.get('who');
    if (accountId === null) {
      const links = [...Object.keys(people), 'nobody'].map(
        (name) => `<p><a href="?who=${name}">${name}</a></p>`,
      );
      response.setHeader('content-type', 'text/html');
      return void response.end(
        `<!doctype html><html lang="en"><title>Accounts</title>${links.join('')}</html>`,
      );
    }
    const refusal = { error: 'access_denied', error_description: 'Nobody was chosen.' };
    const result = accountId === 'nobody' ? refusal : { login: { accountId } };
    await provider.interactionFinished(request, response, result);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const accounts: Accounts = {
    issuer,
    clientId,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    letsPagesRedeem: true,
    open(console) {
      provider = new Provider(issuer, {
        clients: [
          {
            client_id: clientId,
            redirect_uris: [console.href],
            response_types: ['code'],
            grant_types: ['authorization_code'],
            token_endpoint_auth_method: 'none',
          },
        ],
        claims: { openid: ['sub'], profile: ['groups'], email: ['email', 'email_verified'] },
        conformIdTokenClaims: false,
        features: { devInteractions: { enabled: false } },
        ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
        interactions: { url: (_context, { uid }) => `/choose/${uid}` },
        clientBasedCORS: (_context, origin) => accounts.letsPagesRedeem && origin === console.origin,
        findAccount: (_context, accountId) => ({
          accountId,
          claims: () => ({ sub: accountId, ...people[accountId] }),
        }),
        loadExistingGrant: async ({
          oidc: {
            client,
            session,
            provider: { Grant },
          },
        }) => {
          if (client === undefined || session?.accountId === undefined) return undefined;
          const grant = new Grant({ clientId: client.clientId, accountId: session.accountId });
          grant.addOIDCScope('openid profile email');
          await grant.save();
          return grant;
        },
      });
      answer = provider.callback();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return accounts;
}
