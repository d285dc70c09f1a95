import { SignatureError } from './failure.ts';
import {
  longestExpirySeconds,
  type ParsedSignature,
  parseCredential,
  parseSignatureHex,
  requireSameDay,
} from './parse.ts';
import { type ContentLengthRange, type FieldCondition, parsePostPolicy } from './post-policy.ts';
import { algorithm } from './signing-key.ts';
import { parseTimestamp } from './timestamp.ts';
import { isSignatureOf, requireScope, skewMilliseconds, type VerificationKey } from './verify.ts';

/**
 * The fields of a `multipart/form-data` body that stand before `file`, decoded, in order, duplicates kept; a
 * `${filename}` in `key` already replaced, so that the key is checked which will be written.
 */
export type PostFormFields = readonly (readonly [name: string, value: string])[];

export type PostVerificationKey = Omit<VerificationKey, 'service'> & {
  /** The bucket that the form was posted to: conditions on `bucket` are about it. */
  readonly bucket: string;
};

/** What a verified form leaves to be checked, while its file streams. */
export interface VerifiedPost {
  /** How many bytes the file may have. */
  readonly contentLengthRange?: ContentLengthRange;
}

/**
 * Reads the signature of an S3 POST form (Amazon S3 API Reference, "Authenticating Requests: Browser-Based Uploads
 * Using POST"). `undefined` if the form carries no AWS credentials. Throws `SignatureError` as `parseSignature` does.
 */
export function parsePostForm(fields: PostFormFields): ParsedSignature | undefined {
  const values = byName(fields);
  if (values.has('awsaccesskeyid')) {
    throw new SignatureError('unsupported-algorithm', 'the form is signed with Signature Version 2');
  }
  const names = ['policy', 'x-amz-algorithm', 'x-amz-credential', 'x-amz-date', 'x-amz-signature'];
  if (!names.some((name) => values.has(name))) return undefined;
  for (const name of names) {
    if (!values.get(name)) throw new SignatureError('incomplete', `the form field ${name} is missing`);
  }
  const value = (name: string): string => values.get(name) ?? '';
  if (value('x-amz-algorithm') !== algorithm) {
    throw new SignatureError('unsupported-algorithm', `x-amz-algorithm is not ${algorithm}`);
  }
  const { accessKeyId, scope } = parseCredential(value('x-amz-credential'));
  const timestamp = parseTimestamp(value('x-amz-date'));
  if (timestamp === undefined) throw new SignatureError('malformed', 'x-amz-date is not a timestamp');
  requireSameDay(scope, timestamp);
  const signature = parseSignatureHex(value('x-amz-signature'));
  const sessionToken = values.get('x-amz-security-token');
  return {
    form: 'post',
    accessKeyId,
    scope,
    signedHeaders: [],
    signature,
    timestamp,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

/**
 * Verifies an S3 POST form: the signature over its policy, the policy's expiration, its conditions, and that there
 * is a condition for each field. Enforcing the returned length of the file is left to the caller.
 *
 * Throws `SignatureError`: what `parsePostForm` throws, `missing`, `wrong-scope`, `not-yet-valid`, `expired`,
 * `mismatch`, `malformed` or `policy-condition`.
 */
export function verifyPostPolicy(fields: PostFormFields, key: PostVerificationKey): VerifiedPost {
  const parsed = parsePostForm(fields);
  if (parsed === undefined) throw new SignatureError('missing', 'the form is not signed');
  const values = byName(fields);
  const policyText = values.get('policy') ?? '';
  requireScope(parsed.scope, { ...key, service: 's3' });
  if (!isSignatureOf(policyText, parsed.signature, parsed.scope, key.secretKey)) {
    throw new SignatureError('mismatch', 'the signature is not that of the policy');
  }
  const policy = parsePostPolicy(policyText);
  requireTime(parsed.timestamp, policy.expiration, key);
  if ((values.get('bucket') ?? key.bucket) !== key.bucket) {
    throw new SignatureError('policy-condition', 'the form field bucket is not the bucket of the request');
  }
  values.set('bucket', key.bucket);
  for (const condition of policy.conditions) requireCondition(condition, values.get(condition.field));
  requireCoverage(values, policy.conditions);
  const ranges = policy.contentLengthRanges;
  if (ranges.length === 0) return {};
  const min = Math.max(...ranges.map((range) => range.min));
  const max = Math.min(...ranges.map((range) => range.max));
  return { contentLengthRange: { min, max } };
}

function byName(fields: PostFormFields): Map<string, string> {
  const values = new Map<string, string>();
  for (const [field, value] of fields) {
    const name = field.toLowerCase();
    if (values.has(name)) throw new SignatureError('ambiguous', 'a form field is there more than once');
    values.set(name, value);
  }
  return values;
}

function requireTime(timestamp: number, expiration: number, key: PostVerificationKey): void {
  const age = key.now - timestamp;
  if (!(-age <= skewMilliseconds('s3', key)))
    throw new SignatureError('not-yet-valid', 'the form is not valid yet');
  // A signing key is good for seven days, whatever the policy says (same reference, "Using Query Parameters").
  if (!(key.now < expiration && age <= 1000 * longestExpirySeconds)) {
    throw new SignatureError('expired', 'the POST policy has expired');
  }
}

function requireCondition({ operator, field, value }: FieldCondition, sent: string | undefined): void {
  if (sent === undefined || !(operator === 'eq' ? sent === value : startsWith(field, sent, value))) {
    throw new SignatureError('policy-condition', `the form field ${field} is not as the policy demands`);
  }
}

/** A `Content-Type` with commas is a list, and each of its types must match. */
function startsWith(field: string, sent: string, prefix: string): boolean {
  if (field !== 'content-type') return sent.startsWith(prefix);
  return sent.split(',').every((type) => type.trim().startsWith(prefix));
}

/** `bucket` is always covered here although it need not be a field: a policy is for the bucket that it names. */
function requireCoverage(values: ReadonlyMap<string, string>, conditions: readonly FieldCondition[]): void {
  const covered = new Set(conditions.map(({ field }) => field));
  for (const name of values.keys()) {
    const exempt =
      name === 'policy' || name === 'x-amz-signature' || name === 'file' || name.startsWith('x-ignore-');
    if (!exempt && !covered.has(name)) {
      throw new SignatureError('policy-condition', `the policy has no condition for the form field ${name}`);
    }
  }
}
