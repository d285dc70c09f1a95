import { useEffect } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { useDoing } from '../parts/load.tsx';
import { Failure, Notice } from '../parts/notice.tsx';
import { type Provider, type Session, signIn } from '../session.ts';
import type { ReachableProvider } from './account.ts';
import { isBack } from './departure.ts';

/** Loaded when somebody signs in with an account: most do not need it to see the page. */
const account = () => import('./account.ts');

/** Signs in with an account of the OpenID provider that the service is configured with. */
export function AccountSignIn({
  provider,
  onSignedIn,
}: {
  readonly provider: Provider;
  readonly onSignedIn: (session: Session) => void;
}) {
  const { busy, error, run } = useDoing();
  const name = new URL(provider.issuer).host;
  useEffect(() => {
    if (!isReachable(provider) || !isBack()) return;
    run(async () => {
      const { arriveFromProvider } = await account();
      const { key, until } = await arriveFromProvider(provider);
      onSignedIn(await signIn(key, until));
    });
  }, [provider]);
  const leave = async (reachable: ReachableProvider): Promise<void> => {
    const { leaveForProvider } = await account();
    await leaveForProvider(reachable);
  };
  return (
    <>
      {isReachable(provider) ? (
        <Button kind="primary" busy={busy} onClick={() => run(() => leave(provider))}>
          {busy ? 'Signing in …' : `Sign in with ${name}`}
        </Button>
      ) : (
        <Notice tone="warn" title={`${name} does not answer`}>
          The service cannot reach it at the moment. An access key will do.
        </Notice>
      )}
      <Failure error={error} />
      <p class="door-or">or with an access key</p>
    </>
  );
}

function isReachable(provider: Provider): provider is ReachableProvider {
  return provider.authorizationEndpoint !== undefined && provider.tokenEndpoint !== undefined;
}
