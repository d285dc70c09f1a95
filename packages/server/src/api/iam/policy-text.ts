import { type Policy, PolicySyntaxError, parsePolicy } from '@daypass/policy';
import { ServiceError } from '../../errors.ts';

/** Characters that count against a quota: white space does not. Source: IAM User Guide, "IAM and AWS STS quotas". */
export function sizeOf(text: string): number {
  return text.replace(/\s/g, '').length;
}

const trustQuota = 2048;
const managedQuota = 6144;

/** A role's trust policy that may be stored. Throws MalformedPolicyDocument and LimitExceeded. */
export function trustPolicyText(text: string): string {
  within('ACLSizePerRole', trustQuota, text);
  parsed(text, 'trust');
  return text;
}

/** An inline policy that may be stored; its quota is that of all inline policies together. Throws MalformedPolicyDocument. */
export function inlinePolicyText(text: string): string {
  parsed(text, 'identity');
  return text;
}

/** A version of a managed policy that may be stored. Throws MalformedPolicyDocument and LimitExceeded. */
export function managedPolicyText(text: string): string {
  within('PolicySize', managedQuota, text);
  if (parsed(text, 'identity').version !== '2012-10-17') {
    throw new ServiceError(
      'MalformedPolicyDocument',
      'Policy document must be version 2012-10-17 or greater.',
    );
  }
  return text;
}

function within(quota: string, limit: number, text: string): void {
  if (sizeOf(text) > limit)
    throw new ServiceError('LimitExceeded', `Cannot exceed quota for ${quota}: ${limit}`);
}

/** Nothing is stored that could not be evaluated later. */
function parsed(text: string, kind: 'trust' | 'identity'): Policy {
  try {
    return parsePolicy(text, kind);
  } catch (error) {
    if (error instanceof PolicySyntaxError) {
      throw new ServiceError('MalformedPolicyDocument', error.message, {
        reason: `${error.path}: ${error.detail}`,
        cause: error,
      });
    }
    throw error;
  }
}

/** A document as IAM's answers carry it. Source: RFC 3986; API reference, "policies returned by this operation are URL-encoded". */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
