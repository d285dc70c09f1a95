import { S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { describe, expect, it } from 'vitest';
import {
  type PostFormFields,
  parsePostForm,
  SignatureError,
  type SignatureFailure,
  verifyPostPolicy,
} from './index.ts';
import { hmac, signingKey } from './signing-key.ts';

const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const now = Date.UTC(2026, 10, 23, 12);
const key = { secretKey, now, region: 'us-east-1', bucket: 'photos' };
const scope = { date: '20261123', region: 'us-east-1', service: 's3' };
const credential = 'AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/s3/aws4_request';
const expiration = '2026-11-23T13:00:00.000Z';
const signingFields: [string, string][] = [
  ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
  ['x-amz-credential', credential],
  ['x-amz-date', '20261123T120000Z'],
];
const signingConditions = signingFields.map(([name, value]) => ({ [name]: value }));
const base = [{ bucket: 'photos' }, ['starts-with', '$key', 'user/'], ...signingConditions];

/** A form as its maker signs it; `policy` is the document, or its text if it is not JSON. */
function form(policy: unknown, fields: [string, string][] = [['key', 'user/cat.png']]): [string, string][] {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  const base64 = Buffer.from(text).toString('base64');
  const signature = hmac(signingKey(secretKey, scope), base64);
  return [...fields, ...signingFields, ['policy', base64], ['x-amz-signature', signature]];
}

function reasonOf(fields: PostFormFields, overrides: Partial<typeof key> = {}): SignatureFailure | undefined {
  try {
    verifyPostPolicy(fields, { ...key, ...overrides });
    return undefined;
  } catch (error) {
    if (error instanceof SignatureError) return error.reason;
    throw error;
  }
}

describe('parsePostForm', () => {
  it('reads the parts of the signature', () => {
    const fields = form({ expiration, conditions: base });
    expect(parsePostForm([...fields, ['x-amz-security-token', 'token']])).toMatchObject({
      form: 'post',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      scope,
      timestamp: now,
      sessionToken: 'token',
    });
  });

  it('finds no credentials in a form without any', () => {
    expect(parsePostForm([['key', 'user/cat.png']])).toBeUndefined();
  });
});

describe('verifyPostPolicy', () => {
  it("accepts the documentation's example", () => {
    const policy = [
      '{ "expiration": "2015-12-30T12:00:00.000Z",',
      '  "conditions": [',
      '    {"bucket": "sigv4examplebucket"},',
      '    ["starts-with", "$key", "user/user1/"],',
      '    {"acl": "public-read"},',
      '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
      '    ["starts-with", "$Content-Type", "image/"],',
      '    {"x-amz-meta-uuid": "14365123651274"},',
      '    {"x-amz-server-side-encryption": "AES256"},',
      '    ["starts-with", "$x-amz-meta-tag", ""],',
      '',
      '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
      '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
      '    {"x-amz-date": "20151229T000000Z" }',
      '  ]',
      '}',
    ];
    const fields: PostFormFields = [
      ['key', 'user/user1/cat.png'],
      ['acl', 'public-read'],
      ['success_action_redirect', 'http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html'],
      ['Content-Type', 'image/jpeg'],
      ['x-amz-meta-uuid', '14365123651274'],
      ['x-amz-server-side-encryption', 'AES256'],
      ['X-Amz-Credential', 'AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request'],
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-Date', '20151229T000000Z'],
      ['x-amz-meta-tag', ''],
      ['Policy', Buffer.from(policy.join('\r\n')).toString('base64')],
      ['X-Amz-Signature', '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e'],
    ];
    expect(
      verifyPostPolicy(fields, { secretKey, now: Date.UTC(2015, 11, 29, 1), bucket: 'sigv4examplebucket' }),
    ).toEqual({});
  });

  it('accepts what @aws-sdk/s3-presigned-post makes, with a session token', async () => {
    const client = new S3Client({
      region: 'us-east-1',
      credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: secretKey, sessionToken: 'the/token==' },
    });
    const { fields } = await createPresignedPost(client, {
      Bucket: 'photos',
      Key: 'user/$' + '{filename}',
      Conditions: [
        ['content-length-range', 1, 1000],
        ['starts-with', '$Content-Type', 'image/'],
      ],
      Fields: { acl: 'private' },
      Expires: 60,
    });
    const posted: PostFormFields = Object.entries({
      ...fields,
      key: 'user/cat.png',
      'Content-Type': 'image/png',
    });
    expect(parsePostForm(posted)).toMatchObject({ sessionToken: 'the/token==', accessKeyId: 'ASIAEXAMPLE' });
    expect(verifyPostPolicy(posted, { ...key, now: Date.now() })).toEqual({
      contentLengthRange: { min: 1, max: 1000 },
    });
    expect(
      reasonOf(
        posted.map(([name, value]) => [name, name === 'acl' ? 'public-read' : value]),
        { now: Date.now() },
      ),
    ).toBe('policy-condition');
  });

  it('returns what all content-length-range conditions allow together', () => {
    const ranges = [
      ['content-length-range', 5, '1000'],
      ['content-length-range', 0, 100],
    ];
    expect(verifyPostPolicy(form({ expiration, conditions: [...base, ...ranges] }), key)).toEqual({
      contentLengthRange: { min: 5, max: 100 },
    });
  });

  it.each<[string, unknown[], [string, string][], SignatureFailure | undefined]>([
    ['eq', [['eq', '$acl', 'private']], [['acl', 'private']], undefined],
    ['eq that fails', [['eq', '$acl', 'private']], [['acl', 'public-read']], 'policy-condition'],
    ['eq with a value that begins right', [{ acl: 'private' }], [['acl', 'private2']], 'policy-condition'],
    ['a field name in another case', [{ ACL: 'private' }], [['Acl', 'private']], undefined],
    ['a value in another case', [{ acl: 'private' }], [['acl', 'Private']], 'policy-condition'],
    ['a condition on a field that is not there', [{ acl: 'private' }], [], 'policy-condition'],
    ['starts-with anything', [['starts-with', '$acl', '']], [['acl', 'public-read']], undefined],
    ['starts-with anything, and no field', [['starts-with', '$acl', '']], [], 'policy-condition'],
    [
      'two conditions on one field',
      [['starts-with', '$acl', 'p'], { acl: 'x' }],
      [['acl', 'p']],
      'policy-condition',
    ],
    ['a field without a condition', [], [['acl', 'private']], 'policy-condition'],
    ['a session token without a condition', [], [['x-amz-security-token', 't']], 'policy-condition'],
    ['an ignored field', [], [['x-ignore-me', 'x']], undefined],
    [
      'a list of types',
      [['starts-with', '$Content-Type', 'image/']],
      [['Content-Type', 'image/png, image/gif']],
      undefined,
    ],
    [
      'a list of types, one of them other',
      [['starts-with', '$Content-Type', 'image/']],
      [['Content-Type', 'image/png,text/html']],
      'policy-condition',
    ],
    ['a bucket field', [], [['bucket', 'photos']], undefined],
    ['a bucket field of another bucket', [], [['bucket', 'other']], 'policy-condition'],
    ['a condition for another bucket', [{ bucket: 'other' }], [], 'policy-condition'],
    [
      'a field sent twice',
      [{ acl: 'private' }],
      [
        ['acl', 'private'],
        ['ACL', 'public-read'],
      ],
      'ambiguous',
    ],
    ['a condition of no known kind', [['ends-with', '$acl', 'x']], [['acl', 'x']], 'malformed'],
    ['a condition on no field', [['eq', 'acl', 'x']], [['acl', 'x']], 'malformed'],
    ['a condition with two fields', [{ acl: 'x', key: 'y' }], [['acl', 'x']], 'malformed'],
    ['a condition that is no string', [{ acl: 1 }], [['acl', '1']], 'malformed'],
    ['a range that is empty', [['content-length-range', 2, 1]], [], 'malformed'],
    ['a range without end', [['content-length-range', 2]], [], 'malformed'],
  ])('%s', (_, conditions, fields, reason) => {
    const signed = form({ expiration, conditions: [...base, ...conditions] }, [
      ['key', 'user/cat.png'],
      ...fields,
    ]);
    expect(reasonOf(signed)).toBe(reason);
  });

  it('reads the escapes of AWS that JSON does not have', () => {
    const text = JSON.stringify({ expiration, conditions: [...base, { 'x-amz-meta-a': 'MARK\\b' }] });
    const fields = form(text.replace('MARK', '\\$\\v'), [
      ['key', 'user/a'],
      ['x-amz-meta-a', '$\v\\b'],
    ]);
    expect(reasonOf(fields)).toBeUndefined();
  });

  it.each<[string, PostFormFields, Partial<typeof key>, SignatureFailure]>([
    ['no signature', [['key', 'user/a']], {}, 'missing'],
    [
      'a policy without a signature',
      [
        ['key', 'user/a'],
        ['policy', 'e30='],
      ],
      {},
      'incomplete',
    ],
    [
      'Signature Version 2',
      [
        ['AWSAccessKeyId', 'AKIA'],
        ['signature', 'x'],
      ],
      {},
      'unsupported-algorithm',
    ],
    [
      'a policy that names no bucket',
      form({ expiration, conditions: base.slice(1) }),
      {},
      'policy-condition',
    ],
    ['a policy that is no JSON', form('{'), {}, 'malformed'],
    ['a policy without conditions', form({ expiration }), {}, 'malformed'],
    ['a policy without expiration', form({ conditions: base }), {}, 'malformed'],
    ['a local expiration', form({ expiration: '2026-11-23T13:00:00', conditions: base }), {}, 'malformed'],
    ['another secret key', form({ expiration, conditions: base }), { secretKey: 'other' }, 'mismatch'],
    ['another region', form({ expiration, conditions: base }), { region: 'eu-west-1' }, 'wrong-scope'],
    ['another bucket', form({ expiration, conditions: base }), { bucket: 'other' }, 'policy-condition'],
    ['the moment of expiration', form({ expiration, conditions: base }), { now: now + 3_600_000 }, 'expired'],
    ['a time long before', form({ expiration, conditions: base }), { now: now - 901_000 }, 'not-yet-valid'],
    [
      'a policy of more than seven days, after them',
      form({ expiration: '2027-11-23T13:00:00Z', conditions: base }),
      { now: now + 604_801_000 },
      'expired',
    ],
  ])('refuses %s', (_, fields, overrides, reason) => {
    expect(reasonOf(fields, overrides)).toBe(reason);
  });

  it('refuses each signing field when it is changed, though the policy is not', () => {
    const fields = form({ expiration, conditions: base });
    for (const [name] of [...signingFields, ['policy'], ['x-amz-signature']]) {
      const changed = fields.map(([field, value]): [string, string] => [
        field,
        field === name
          ? value.replace(/[0-9A-Za-z](?=[^0-9]*$)/, (last) => (last === '7' ? '8' : '7'))
          : value,
      ]);
      expect(changed).not.toEqual(fields);
      expect(reasonOf(changed), name).toBeDefined();
    }
  });
});
