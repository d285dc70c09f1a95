// What the examples of the documentation take as given.
import type { Auth } from '@daypass/client';

declare global {
  const auth: Auth;
  const identityPoolId: string;
  const endpoint: string;
  const identityId: string;
  const googleIdToken: string;
  const secret: string;
  const username: string;
  const password: string;
  function use(value: unknown): void;
  function forget(identityId: string): void;
  function showSignIn(): void;
  function readToken(): Promise<string>;
  function newGoogleToken(): Promise<string>;
}
