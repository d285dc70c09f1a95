import { useEffect, useState } from 'preact/hooks';
import { Console } from './frame/console.tsx';
import { SignIn } from './frame/sign-in.tsx';
import { type Session, signOut, storedSession } from './session.ts';

export function App() {
  const [session, setSession] = useState<Session | undefined>(storedSession);
  const leave = (): void => {
    signOut();
    setSession(undefined);
  };
  useEffect(() => {
    if (session?.until === undefined) return;
    const timer = setTimeout(leave, Math.max(session.until - Date.now(), 0));
    return () => clearTimeout(timer);
  }, [session]);
  if (session === undefined) return <SignIn onSignedIn={setSession} />;
  return <Console session={session} onSignOut={leave} />;
}
