import { credentialsOf, isFederation, isSameFederation, type State } from './machine.ts';

/** What happened to the session, in this tab or in another one that shares its storage. */
export type AuthEvent =
  | { readonly type: 'federated'; readonly identityId: string; readonly provider: string }
  | { readonly type: 'sessionRefreshed'; readonly identityId: string }
  | { readonly type: 'sessionExpired'; readonly identityId: string }
  | { readonly type: 'federationCleared' }
  | { readonly type: 'signedOut' }
  | { readonly type: 'identityChanged'; readonly identityId: string; readonly previousIdentityId: string };

export type AuthListener = (event: AuthEvent) => void;

/** The events that lead from one state to another; none between equal states. */
export function eventsBetween(before: State, after: State): AuthEvent[] {
  const events: AuthEvent[] = [];
  if (after.kind === 'signedOut') {
    if (isFederation(before)) events.push({ type: 'federationCleared' });
    else if (before.kind !== 'signedOut') events.push({ type: 'signedOut' });
    return events;
  }
  const { identityId } = after;
  const previousIdentityId = before.kind === 'signedOut' ? identityId : before.identityId;
  if (identityId !== previousIdentityId) {
    events.push({ type: 'identityChanged', identityId, previousIdentityId });
  }
  if (after.kind === 'expired') {
    if (before.kind !== 'expired') events.push({ type: 'sessionExpired', identityId });
  } else if (after.kind === 'federated' && !isSameFederation(after, before)) {
    events.push({ type: 'federated', identityId, provider: after.provider });
  } else if (credentialsOf(after)?.accessKeyId !== credentialsOf(before)?.accessKeyId) {
    events.push({ type: 'sessionRefreshed', identityId });
  }
  return events;
}
