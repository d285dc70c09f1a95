export { SignatureError, type SignatureFailure } from './failure.ts';
export { type ParsedSignature, parseSignature } from './parse.ts';
export { type PayloadKind, payloadKind } from './payload-kind.ts';
export { createPayloadVerifier, trailingChecksums } from './payload-verifier.ts';
export {
  type PostFormFields,
  type PostVerificationKey,
  parsePostForm,
  type VerifiedPost,
  verifyPostPolicy,
} from './post-form.ts';
export type { ContentLengthRange } from './post-policy.ts';
export type { SignedHttpRequest } from './request.ts';
export { presignRequest, type SigningKey, signRequest } from './sign.ts';
export type { CredentialScope } from './signing-key.ts';
export { type VerificationKey, verifySignature } from './verify.ts';
