import { checkSessionPolicy, SessionPolicyRefused } from '../../credentials/session-policy.ts';
import { ServiceError } from '../../errors.ts';
import type { BrokerSettings, PoolSettings } from '../../store/documents.ts';
import { isLoopback } from '../../tokens/address.ts';
import { arn } from '../cognito-identity/shapes.ts';
import type { Output } from '../protocol/operation.ts';
import { boolean, type Infer, map, required, string, structure } from '../protocol/shape.ts';

/** Role ARN, or `*` for every role that is not named → the foreign STS that gives its credentials. */
export const brokers = map(
  string({ min: 1, max: 2048, pattern: '\\*|arn:.{16,}' }),
  structure({
    /** URL of the STS: https, or http on loopback. */
    Endpoint: required(string({ min: 1, max: 2048 })),
    /** The role there. Default: the same ARN. */
    RoleArn: arn,
    /** What every session is narrowed to; variables of the identity are filled in. */
    SessionPolicy: string({ min: 1, max: 8192 }),
    /** Default CONSTANT: `CognitoIdentityCredentials`. IDENTITY: the identity id with `-` for the colon. */
    SessionName: string({ values: ['CONSTANT', 'IDENTITY'] }),
    /** Default true: credentials that still live long enough are given out again. */
    Cache: boolean(),
  }),
  { max: 50 },
);

/** Throws InvalidParameterException. */
export function readBrokers(given: Infer<typeof brokers>): NonNullable<PoolSettings['brokers']> {
  const read = Object.entries(given).map(
    ([roleArn, { Endpoint, RoleArn, SessionPolicy, SessionName, Cache }]) => {
      const broker: BrokerSettings = {
        endpoint: checkedEndpoint(Endpoint),
        ...(RoleArn !== undefined && { roleArn: RoleArn }),
        ...(SessionPolicy !== undefined && { sessionPolicy: checkedPolicy(SessionPolicy) }),
        ...(SessionName === 'IDENTITY' && { sessionName: 'identity' }),
        ...(Cache === false && { cache: false }),
      };
      return [roleArn, broker] as const;
    },
  );
  return Object.fromEntries(read);
}

/** The tokens sent there open the role, and the answer is its keys: nobody in between may read them. */
function checkedEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSafe || url.username !== '' || url.password !== '') {
    throw new ServiceError(
      'InvalidParameterException',
      'The Endpoint of a broker must be an https URL without credentials in it; http is for loopback only.',
    );
  }
  return url.href;
}

function checkedPolicy(text: string): string {
  try {
    checkSessionPolicy(text);
  } catch (error) {
    if (!(error instanceof SessionPolicyRefused)) throw error;
    throw new ServiceError('InvalidParameterException', `SessionPolicy: ${error.message}`);
  }
  return text;
}

export function describeBrokers(settings: NonNullable<PoolSettings['brokers']>): Output {
  return Object.fromEntries(
    Object.entries(settings).map(([roleArn, { endpoint, sessionName, cache = true, ...broker }]) => [
      roleArn,
      {
        Endpoint: endpoint,
        RoleArn: broker.roleArn,
        SessionPolicy: broker.sessionPolicy,
        SessionName: sessionName === 'identity' ? 'IDENTITY' : 'CONSTANT',
        Cache: cache,
      },
    ]),
  );
}
