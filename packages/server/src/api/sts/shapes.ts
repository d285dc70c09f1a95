import { integer, list, required, string, structure } from '../protocol/shape.ts';

/** Members of STS's operations, with the constraints of AWS's model of version 2011-06-15. */
export const arn = string({
  min: 20,
  max: 2048,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+',
});
export const roleSessionName = string({ min: 2, max: 64, pattern: '[\\w+=,.@-]*' });
export const sourceIdentity = string({ min: 2, max: 64, pattern: '[\\w+=,.@-]*' });
export const externalId = string({ min: 2, max: 1224, pattern: '[\\w+=,.@:\\/-]*' });
export const roleDuration = integer({ min: 900, max: 43_200 });
export const webIdentityToken = string({ min: 4, max: 20_000, sensitive: true });
export const providerId = string({ min: 4, max: 2048 });
export const samlAssertion = string({ min: 4, max: 100_000, sensitive: true });

// The model leaves AssumeRole's policy and the number of ARNs unbounded; the API reference bounds all three alike.
const sessionPolicy = string({ min: 1, max: 2048, pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' });

/** The members that narrow a session. */
export const sessionPolicies = {
  PolicyArns: list(structure({ arn: required(arn) }), { max: 10 }),
  Policy: sessionPolicy,
};

const tagKey = string({ min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' });
const tagValue = string({ min: 0, max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' });

export const tags = list(structure({ Key: required(tagKey), Value: required(tagValue) }), { max: 50 });
export const tagKeys = list(tagKey, { max: 50 });
