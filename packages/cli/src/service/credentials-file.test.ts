import { describe, expect, it } from 'vitest';
import { profileKey } from './credentials-file.ts';

const file = `# keys
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = one=two/three+
; a comment
[ build ]\r
aws_access_key_id=ASIABUILD
aws_secret_access_key=secret
aws_session_token = token==
region = eu-central-1
[half]
aws_access_key_id = AKIAHALF
`;

describe('profileKey', () => {
  it.each([
    ['default', { accessKeyId: 'AKIADEFAULT', secretAccessKey: 'one=two/three+' }],
    ['build', { accessKeyId: 'ASIABUILD', secretAccessKey: 'secret', sessionToken: 'token==' }],
    ['half', undefined],
    ['absent', undefined],
  ])('reads the profile %s', (profile, key) => {
    expect(profileKey(file, profile)).toEqual(key);
  });
});
