import { type PolicyKind, PolicySyntaxError, parsePolicy } from '@daypass/policy';
import { ServiceError } from '../../errors.ts';

/** Characters that count: white space does not. Source: IAM User Guide, "IAM and AWS STS quotas". */
const limits: Readonly<Record<'trust' | 'identity', number>> = { trust: 2048, identity: 10_240 };

/**
 * A policy document that may be stored: parsed, so that nothing enters that could not be evaluated later.
 * Throws MalformedPolicyDocument and LimitExceeded.
 */
export function policyText(text: string, kind: PolicyKind & ('trust' | 'identity')): string {
  const limit = limits[kind];
  if (text.replace(/\s/g, '').length > limit) {
    const quota = kind === 'trust' ? 'ACLSizePerRole' : 'maximum policy size';
    throw new ServiceError('LimitExceeded', `Cannot exceed quota for ${quota}: ${limit}`);
  }
  try {
    parsePolicy(text, kind);
  } catch (error) {
    if (error instanceof PolicySyntaxError)
      throw new ServiceError('MalformedPolicyDocument', error.message, { cause: error });
    throw error;
  }
  return text;
}
