import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Failure } from '../failure.ts';
import { readRole } from './access.ts';
import { awsPlaces, type Source } from './source.ts';

const ofAws = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
const own = 'arn:aws:iam::111122223333:policy/Saves';
const document = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:Put*","Resource":"*"}}';
const coded = encodeURIComponent(document);
let boundary = '';

/** IAM's answers in the shape of AWS's API reference, where Daypass has no policies of AWS's own to answer with. */
const results: Readonly<Record<string, () => string>> = {
  GetRole: () => `<Role><Path>/</Path><RoleName>Player</RoleName><RoleId>AROAEXAMPLE</RoleId>
    <AssumeRolePolicyDocument>${coded}</AssumeRolePolicyDocument><CreateDate>2026-01-02T03:04:05Z</CreateDate>
    <MaxSessionDuration>3600</MaxSessionDuration>${boundary}</Role>`,
  // One has the name that AWS's would get.
  ListRolePolicies: () =>
    '<PolicyNames><member>AWS-AmazonS3ReadOnlyAccess</member></PolicyNames><IsTruncated>false</IsTruncated>',
  GetRolePolicy: () => '<PolicyDocument>own</PolicyDocument>',
  ListAttachedRolePolicies: () => `<AttachedPolicies>
    <member><PolicyName>AmazonS3ReadOnlyAccess</PolicyName><PolicyArn>${ofAws}</PolicyArn></member>
    <member><PolicyName>Saves</PolicyName><PolicyArn>${own}</PolicyArn></member>
    </AttachedPolicies><IsTruncated>false</IsTruncated>`,
  GetPolicy: () => '<Policy><DefaultVersionId>v3</DefaultVersionId></Policy>',
  GetPolicyVersion: () => `<PolicyVersion><Document>${coded}</Document></PolicyVersion>`,
};
const asked: string[] = [];
const iam = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    asked.push(body);
    const action = new URLSearchParams(body).get('Action') ?? '';
    const result = `<${action}Result>${results[action]?.()}</${action}Result>`;
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(
      `<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">${result}</${action}Response>`,
    );
  });
});
let source: Source;

beforeAll(async () => {
  await new Promise<void>((resolve) => iam.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(iam.address() as AddressInfo).port}`;
  const endpoint = { url, region: 'us-east-1', accessKeyId: 'key', secretAccessKey: 'secret' };
  source = { cognito: endpoint, iam: endpoint };
});
afterAll(() => {
  iam.closeAllConnections();
  iam.close();
});

it('a role takes the text of AWS’s own policies along, so that what they deny stays denied', async () => {
  const policies = new Set<string>();
  const role = await readRole(source, 'Player', policies);
  expect(role).toMatchObject({
    roleName: 'Player',
    roleId: 'AROAEXAMPLE',
    trustPolicy: document,
    inlinePolicies: { 'AWS-AmazonS3ReadOnlyAccess': 'own', 'AWS-AmazonS3ReadOnlyAccess-': document },
    attachedPolicyArns: [own],
    createdAt: Date.parse('2026-01-02T03:04:05Z'),
  });
  expect([...policies]).toEqual([own]);
  expect(asked.filter((body) => body.includes('VersionId=v3')).length).toBe(1);
});

it('a role bounded by a policy of AWS’s own is refused: unbounded it could do more', async () => {
  boundary = `<PermissionsBoundary><PermissionsBoundaryArn>${ofAws}</PermissionsBoundaryArn></PermissionsBoundary>`;
  await expect(readRole(source, 'Player', new Set())).rejects.toThrow(Failure);
});

it.each([
  ['eu-west-1', 'https://cognito-identity.eu-west-1.amazonaws.com', 'https://iam.amazonaws.com', 'us-east-1'],
  [
    'cn-north-1',
    'https://cognito-identity.cn-north-1.amazonaws.com.cn',
    'https://iam.cn-north-1.amazonaws.com.cn',
    'cn-north-1',
  ],
])('AWS’s endpoints for %s', (region, cognito, place, iamRegion) => {
  expect(awsPlaces(region)).toEqual({ cognito, iam: place, iamRegion });
});
