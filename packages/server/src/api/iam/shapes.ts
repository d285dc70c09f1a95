import { list, required, string, structure } from '../protocol/shape.ts';

// The constraints of the API model, service version 2010-05-08.

export const roleName = string({ min: 1, max: 64, pattern: '[\\w+=,.@-]+' });
export const path = string({ min: 1, max: 512, pattern: '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)' });
export const policyDocument = string({
  min: 1,
  max: 131072,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
});
export const policyName = string({ min: 1, max: 128, pattern: '[\\w+=,.@-]+' });
export const arn = string({ min: 20, max: 2048 });

export const tags = list(
  structure({
    Key: required(string({ min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' })),
    Value: required(string({ min: 0, max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' })),
  }),
  { max: 50 },
);
