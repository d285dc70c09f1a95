import { describe, expect, it } from 'vitest';
import { demandsOf } from './demands.ts';
import { readRequest } from './request.ts';

function actions(method: string, target: string, implemented: readonly string[] | undefined): string[] {
  const [path = '', query = ''] = target.split('?');
  const request = readRequest({ method, path, query, headers: [] }, 'store.test', undefined, '000000000000');
  if (request === undefined) throw new Error('not an operation');
  const subresources = implemented && new Set(implemented);
  return demandsOf(request, new Map(), subresources).map(({ action }) => action);
}

/** Each of these would be the plain operation to a store that passes over what it does not know. */
describe('what a sub-resource demands', () => {
  it.each([
    ['DELETE', '/box/k?tagging', ['s3:DeleteObjectTagging', 's3:DeleteObject']],
    ['DELETE', '/box?cors', ['s3:PutBucketCORS', 's3:DeleteBucket']],
    ['GET', '/box/k?uploadId=1', ['s3:ListMultipartUploadParts', 's3:GetObject']],
    ['GET', '/box/k?versionId=1', ['s3:GetObjectVersion', 's3:GetObject']],
  ])('%s %s: also the plain operation while nobody knows the store', (method, target, demanded) => {
    expect(actions(method, target, undefined)).toEqual(demanded);
    expect(actions(method, target, ['tagging', 'cors', 'uploadId', 'versionId'])).toEqual([demanded[0]]);
    expect(() => actions(method, target, ['acl'])).toThrow('not implemented');
  });

  it('may be implemented for one method alone', () => {
    expect(actions('POST', '/box/k?uploads', ['POST uploads'])).toEqual(['s3:PutObject']);
    expect(() => actions('GET', '/box?uploads', ['POST uploads'])).toThrow('not implemented');
  });
});
