import { PolicySyntaxError, parsePolicy } from '@daypass/policy';
import type { SessionGrant } from '../../credentials/issuer.ts';
import { ServiceError } from '../../errors.ts';
import type { StsServices } from './services.ts';

/** The policies that narrow a session, as it carries them. */
export type SessionPolicies = Pick<SessionGrant, 'sessionPolicy' | 'sessionPolicyArns'>;

/**
 * Reads the session policies of a request; nothing is accepted that could not be evaluated later. Throws
 * MalformedPolicyDocument, and ValidationError for a managed policy that is not there.
 */
export async function readSessionPolicies(
  { managedPolicies }: Pick<StsServices, 'managedPolicies'>,
  { Policy, PolicyArns = [] }: { Policy?: string; PolicyArns?: readonly { readonly arn: string }[] },
): Promise<SessionPolicies> {
  if (Policy !== undefined) checkSyntax(Policy);
  const arns = [...new Set(PolicyArns.map(({ arn }) => arn))];
  for (const arn of arns) {
    if ((await managedPolicies.byArn(arn)) === undefined) {
      throw new ServiceError('ValidationError', `Policy ${arn} does not exist or is not attachable.`);
    }
  }
  return {
    ...(Policy !== undefined && { sessionPolicy: Policy }),
    ...(arns.length > 0 && { sessionPolicyArns: arns }),
  };
}

function checkSyntax(text: string): void {
  try {
    parsePolicy(text, 'session');
  } catch (error) {
    if (!(error instanceof PolicySyntaxError)) throw error;
    throw new ServiceError('MalformedPolicyDocument', error.message, {
      reason: `${error.path}: ${error.detail}`,
      cause: error,
    });
  }
}

/** Bytes. AWS packs policies and tags in a way of its own; ours are counted as they are. */
const allotted = 4096;

/**
 * How much of the space for session policies and tags is used, in percent, rounded up: the bytes of the inline policy,
 * of the managed policies' ARNs, and of the keys and values of all tags, out of 4,096. Undefined when there are none
 * of them. Throws PackedPolicyTooLarge above 100.
 */
export function packedPolicySize(
  { sessionPolicy = '', sessionPolicyArns = [] }: SessionPolicies,
  tags: Readonly<Record<string, string>>,
): number | undefined {
  const policyBytes = bytesOf([sessionPolicy, ...sessionPolicyArns]);
  const percent = Math.ceil(((policyBytes + bytesOf(Object.entries(tags).flat())) * 100) / allotted);
  if (percent > 100) {
    throw new ServiceError(
      'PackedPolicyTooLarge',
      policyBytes > 0
        ? `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`
        : `Packed size of session tags consumes ${percent}% of allotted space.`,
    );
  }
  return percent === 0 ? undefined : percent;
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
