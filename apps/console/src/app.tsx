import { useState } from 'preact/hooks';
import { Console } from './frame/console.tsx';
import { SignIn } from './frame/sign-in.tsx';
import { type Session, signOut, storedSession } from './session.ts';

export function App() {
  const [session, setSession] = useState<Session | undefined>(storedSession);
  if (session === undefined) return <SignIn onSignedIn={setSession} />;
  return (
    <Console
      session={session}
      onSignOut={() => {
        signOut();
        setSession(undefined);
      }}
    />
  );
}
