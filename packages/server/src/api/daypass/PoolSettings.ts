import { PolicySyntaxError, parsePolicy } from '@daypass/policy';
import { ServiceError } from '../../errors.ts';
import type { PoolSettings } from '../../store/documents.ts';
import { identityPoolId, identityProviderName } from '../cognito-identity/shapes.ts';
import { changePool, storedPool } from '../cognito-identity/stored-pool.ts';
import { type Output, operation } from '../protocol/operation.ts';
import { type Infer, integer, list, map, required, string, structure } from '../protocol/shape.ts';
import { brokers, describeBrokers, readBrokers } from './broker-settings.ts';
import { daypassPool } from './resources.ts';
import type { DaypassServices } from './services.ts';

const settings = structure({
  /** Seconds; a role's MaxSessionDuration still holds. */
  CredentialLifetime: integer({ min: 900, max: 43_200 }),
  /** Login key → client ids that count beside the pool's own. */
  ClientIds: map(identityProviderName, list(string({ min: 1, max: 255 }), { max: 100 }), { max: 10 }),
  /** Default REFUSE: a user pool login that asks for the check is refused, since only AWS can make it. */
  ServerSideTokenCheck: string({ values: ['REFUSE', 'SKIP'] }),
  /** Seconds, an hour to ten years, after which a guest who was not seen is deleted. */
  GuestExpiry: integer({ min: 3600, max: 315_360_000 }),
  GuestScopeDown: string({ values: ['AWS', 'NONE', 'POLICY'] }),
  /** JSON text, with GuestScopeDown `POLICY`. */
  GuestPolicy: string({ min: 1, max: 2048 }),
  Brokers: brokers,
});

/** Replaces what a pool does beyond Cognito; what is left out goes back to Cognito's behaviour. */
export const SetPoolSettings = operation({
  name: 'SetPoolSettings',
  access: { action: 'daypass:SetPoolSettings', resource: daypassPool },
  input: structure({ IdentityPoolId: required(identityPoolId), Settings: required(settings) }),
  async handle(services: DaypassServices, { IdentityPoolId, Settings }) {
    const read = readSettings(Settings);
    await changePool(services, IdentityPoolId, (pool) => ({ ...pool, settings: read }));
    return { IdentityPoolId, Settings: describeSettings(read) };
  },
});

export const GetPoolSettings = operation({
  name: 'GetPoolSettings',
  access: { action: 'daypass:GetPoolSettings', resource: daypassPool },
  input: structure({ IdentityPoolId: required(identityPoolId) }),
  async handle(services: DaypassServices, { IdentityPoolId }) {
    const { value: pool } = await storedPool(services, IdentityPoolId);
    return { IdentityPoolId, Settings: describeSettings(pool.settings ?? {}) };
  },
});

function readSettings({
  CredentialLifetime,
  ClientIds,
  ServerSideTokenCheck,
  GuestExpiry,
  GuestScopeDown,
  GuestPolicy,
  Brokers,
}: Infer<typeof settings>): PoolSettings {
  if ((GuestScopeDown === 'POLICY') !== (GuestPolicy !== undefined)) {
    throw new ServiceError(
      'InvalidParameterException',
      'GuestPolicy goes with GuestScopeDown POLICY, and only with it.',
    );
  }
  return {
    ...(CredentialLifetime !== undefined && { credentialLifetime: CredentialLifetime }),
    ...(ClientIds && { clientIds: ClientIds }),
    ...(ServerSideTokenCheck === 'SKIP' && { serverSideTokenCheck: 'skip' }),
    ...(GuestExpiry !== undefined && { guestExpiry: GuestExpiry }),
    ...(GuestScopeDown === 'AWS' && { guestScopeDown: 'aws' }),
    ...(GuestScopeDown === 'NONE' && { guestScopeDown: 'none' }),
    ...(GuestPolicy !== undefined && { guestScopeDown: { policy: checked(GuestPolicy) } }),
    ...(Brokers && { brokers: readBrokers(Brokers) }),
  };
}

function checked(policy: string): string {
  try {
    parsePolicy(policy, 'session');
  } catch (error) {
    if (error instanceof PolicySyntaxError)
      throw new ServiceError('InvalidParameterException', `GuestPolicy: ${error.message}`);
    throw error;
  }
  return policy;
}

function describeSettings({
  credentialLifetime,
  clientIds,
  serverSideTokenCheck,
  guestExpiry,
  guestScopeDown = 'aws',
  brokers,
}: PoolSettings): Output {
  const isPolicy = typeof guestScopeDown === 'object';
  return {
    CredentialLifetime: credentialLifetime,
    ClientIds: clientIds,
    ServerSideTokenCheck: serverSideTokenCheck === 'skip' ? 'SKIP' : 'REFUSE',
    GuestExpiry: guestExpiry,
    GuestScopeDown: isPolicy ? 'POLICY' : guestScopeDown.toUpperCase(),
    GuestPolicy: isPolicy ? guestScopeDown.policy : undefined,
    Brokers: brokers && describeBrokers(brokers),
  };
}
