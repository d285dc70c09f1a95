/**
 * Why a request's signature was refused.
 *
 * - `missing`: credentials are needed and there are none (for callers; `parseSignature` returns `undefined` instead)
 * - `incomplete`: a part of the signature, or a header that it needs, is absent
 * - `malformed`: a part is there and cannot be read
 * - `ambiguous`: a part is there more than once, or in two forms
 * - `unsupported-algorithm`: signed with something other than AWS4-HMAC-SHA256
 * - `unsigned-header`: `host` or an `x-amz-*` header is not among the signed headers
 * - `wrong-scope`: the credential scope names another day, region or service
 * - `skewed`: the timestamp is too far from now
 * - `not-yet-valid`, `expired`: a presigned URL or POST policy outside its time
 * - `mismatch`: the signature is not the one that the key makes for this request
 * - `content-sha256-mismatch`: the body is not the one whose hash was signed
 * - `chunk-mismatch`: a chunk's or the trailer's signature is wrong
 * - `chunk-malformed`: the aws-chunked framing or the trailer cannot be read
 * - `chunk-too-small`: a chunk that is not the last one has less than 8192 bytes
 * - `length-mismatch`: the decoded body is shorter or longer than `x-amz-decoded-content-length`
 * - `checksum-mismatch`: the trailer's checksum is not that of the body
 * - `policy-condition`: a form field is against the POST policy, or not covered by it
 */
export type SignatureFailure =
  | 'missing'
  | 'incomplete'
  | 'malformed'
  | 'ambiguous'
  | 'unsupported-algorithm'
  | 'unsigned-header'
  | 'wrong-scope'
  | 'skewed'
  | 'not-yet-valid'
  | 'expired'
  | 'mismatch'
  | 'content-sha256-mismatch'
  | 'chunk-mismatch'
  | 'chunk-malformed'
  | 'chunk-too-small'
  | 'length-mismatch'
  | 'checksum-mismatch'
  | 'policy-condition';

/** A refused signature. The message is for logs: it names header and field names, never their secret values. */
export class SignatureError extends Error {
  readonly reason: SignatureFailure;

  constructor(reason: SignatureFailure, message: string) {
    super(message);
    this.name = 'SignatureError';
    this.reason = reason;
  }
}
