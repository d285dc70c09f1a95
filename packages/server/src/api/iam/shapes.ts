import { integer, list, required, string, structure } from '../protocol/shape.ts';

// The constraints of the API model, service version 2010-05-08.

const name = '[\\w+=,.@-]+';

export const roleName = string({ min: 1, max: 64, pattern: name });
export const roleDescription = string({
  max: 1000,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*',
});
/** Seconds. */
export const maxSessionDuration = integer({ min: 3600, max: 43200 });
export const userName = string({ min: 1, max: 64, pattern: name });
export const existingUserName = string({ min: 1, max: 128, pattern: name });
export const path = string({ min: 1, max: 512, pattern: '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)' });
export const pathPrefix = string({ min: 1, max: 512, pattern: '\\u002F[\\u0021-\\u007F]*' });
export const policyPath = string({ min: 1, max: 512, pattern: '((/[A-Za-z0-9\\.,\\+@=_-]+)*)/' });
export const policyDocument = string({
  min: 1,
  max: 131072,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
});
export const policyName = string({ min: 1, max: 128, pattern: name });
export const policyDescription = string({ max: 1000 });
export const policyVersionId = string({ pattern: 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?' });
export const policyUsage = string({ values: ['PermissionsPolicy', 'PermissionsBoundary'] });
export const accessKeyId = string({ min: 16, max: 128, pattern: '[\\w]+' });
export const arn = string({ min: 20, max: 2048 });
export const clientId = string({ min: 1, max: 255 });
export const thumbprints = list(string({ min: 40, max: 40 }));
export const samlMetadata = string({ min: 1000, max: 10_000_000 });
export const privateKey = string({
  min: 1,
  max: 16384,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
  sensitive: true,
});
export const encryptionMode = string({ values: ['Required', 'Allowed'] });

const tagKey = string({ min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' });
const tagValue = string({ min: 0, max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' });

export const tags = list(structure({ Key: required(tagKey), Value: required(tagValue) }), { max: 50 });
export const tagKeys = list(tagKey, { max: 50 });

/** The members with which a list is read page by page. AWS's markers have at most 320 characters; ours hold a tag's key. */
export const paging = {
  Marker: string({ min: 1, max: 1024, pattern: '[\\u0020-\\u00FF]+' }),
  MaxItems: integer({ min: 1, max: 1000 }),
};
