import { readFileSync } from 'node:fs';
import * as sdk from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAnswers } from './compatibility/check.ts';
import { call, modelledOperations, refused } from './compatibility/model.ts';
import { type RecordedService, startRecordedService } from './compatibility/service.ts';
import { account, refusal, region, trustPolicy } from './rig/administrator.ts';

describe('AWS Identity and Access Management through the AWS SDK', () => {
  let service: RecordedService;
  let iam: sdk.IAM;
  const config = () => ({ endpoint: service.url, region, maxAttempts: 1 });
  const arn = (resource: string) => `arn:aws:iam::${account}:${resource}`;
  const trust = trustPolicy('us-east-1:00000000-0000-4000-8000-000000000000', 'authenticated');
  const document = (Action: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
  const Tags = [
    { Key: 'stage', Value: 'test' },
    { Key: 'team', Value: 'games' },
  ];
  const withoutStage = { TagKeys: ['stage'] };
  const left = [{ Key: 'team', Value: 'games' }];

  beforeAll(async () => {
    service = await startRecordedService();
    iam = new sdk.IAM({ ...config(), credentials: service.rootCredentials });
  });

  afterAll(() => service.close());

  it('keeps managed policies in versions', async () => {
    const { Policy } = await iam.createPolicy({
      PolicyName: 'scores',
      Path: '/game/',
      Description: 'Reads the board',
      PolicyDocument: document('dynamodb:Query'),
    });
    const PolicyArn = arn('policy/game/scores');
    expect(Policy).toMatchObject({ Arn: PolicyArn, DefaultVersionId: 'v1', AttachmentCount: 0 });
    await iam.createPolicyVersion({ PolicyArn, PolicyDocument: document('dynamodb:*') });
    await iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v2' });
    await iam.deletePolicyVersion({ PolicyArn, VersionId: 'v1' });
    const { Versions } = await iam.listPolicyVersions({ PolicyArn });
    expect(Versions).toMatchObject([{ VersionId: 'v2', IsDefaultVersion: true }]);
    const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId: 'v2' });
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(document('dynamodb:*'));

    await iam.tagPolicy({ PolicyArn, Tags });
    await iam.untagPolicy({ PolicyArn, ...withoutStage });
    expect((await iam.listPolicyTags({ PolicyArn })).Tags).toEqual(left);
    expect((await iam.getPolicy({ PolicyArn })).Policy).toMatchObject({
      Description: 'Reads the board',
      Tags: left,
    });
    const { Policies } = await iam.listPolicies({ Scope: 'Local' });
    expect(Policies?.map(({ Arn }) => Arn)).toEqual([PolicyArn]);
  });

  it('keeps roles with their trust, boundary, policies and tags', async () => {
    const RoleName = 'Player';
    const PolicyArn = arn('policy/game/scores');
    const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust });
    expect(Role?.Arn).toBe(arn('role/Player'));
    await iam.updateRole({ RoleName, MaxSessionDuration: 7200 });
    await iam.updateRoleDescription({ RoleName, Description: 'Who signed in' });
    await iam.updateAssumeRolePolicy({
      RoleName,
      PolicyDocument: trust.replace('authenticated', 'unauthenticated'),
    });
    await iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: PolicyArn });
    await iam.tagRole({ RoleName, Tags });
    await iam.untagRole({ RoleName, ...withoutStage });
    expect((await iam.listRoleTags({ RoleName })).Tags).toEqual(left);
    const { Role: shown } = await iam.getRole({ RoleName });
    expect(shown).toMatchObject({
      MaxSessionDuration: 7200,
      Description: 'Who signed in',
      PermissionsBoundary: { PermissionsBoundaryArn: PolicyArn },
      Tags: left,
    });
    expect(decodeURIComponent(shown?.AssumeRolePolicyDocument ?? '')).toContain('unauthenticated');
    expect((await iam.listRoles({})).Roles?.map(({ RoleName: name }) => name)).toEqual([RoleName]);

    const PolicyName = 'saves';
    await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument: document('s3:GetObject') });
    const { PolicyDocument = '' } = await iam.getRolePolicy({ RoleName, PolicyName });
    expect(decodeURIComponent(PolicyDocument)).toBe(document('s3:GetObject'));
    expect((await iam.listRolePolicies({ RoleName })).PolicyNames).toEqual([PolicyName]);
    await iam.attachRolePolicy({ RoleName, PolicyArn });
    expect((await iam.listAttachedRolePolicies({ RoleName })).AttachedPolicies).toEqual([
      { PolicyName: 'scores', PolicyArn },
    ]);
    expect((await iam.listEntitiesForPolicy({ PolicyArn })).PolicyRoles).toMatchObject([{ RoleName }]);
    expect((await iam.listInstanceProfilesForRole({ RoleName })).InstanceProfiles).toEqual([]);
    expect(await refusal(iam.deleteRole({ RoleName }))).toMatchObject({ name: 'DeleteConflictException' });

    await iam.detachRolePolicy({ RoleName, PolicyArn });
    await iam.deleteRolePolicy({ RoleName, PolicyName });
    await iam.deleteRolePermissionsBoundary({ RoleName });
    await iam.deleteRole({ RoleName });
    expect(await refusal(iam.getRole({ RoleName }))).toEqual({
      name: 'NoSuchEntityException',
      message: 'The role with name Player cannot be found.',
    });
  });

  it('keeps users with keys that do what their policies allow', async () => {
    const UserName = 'backend';
    const PolicyArn = arn('policy/game/scores');
    await iam.createUser({ UserName });
    await iam.putUserPermissionsBoundary({ UserName, PermissionsBoundary: PolicyArn });
    await iam.deleteUserPermissionsBoundary({ UserName });
    await iam.tagUser({ UserName, Tags });
    await iam.untagUser({ UserName, ...withoutStage });
    expect((await iam.listUserTags({ UserName })).Tags).toEqual(left);
    expect((await iam.getUser({ UserName })).User).toMatchObject({ Arn: arn('user/backend'), Tags: left });
    expect((await iam.listUsers({})).Users).toMatchObject([{ UserName }]);
    expect((await iam.listGroupsForUser({ UserName })).Groups).toEqual([]);
    // What users never have here, but whoever deletes one asks for.
    expect((await iam.listMFADevices({ UserName })).MFADevices).toEqual([]);
    expect((await iam.listVirtualMFADevices({})).VirtualMFADevices).toEqual([]);
    expect((await iam.listSSHPublicKeys({ UserName })).SSHPublicKeys).toEqual([]);
    expect((await iam.listSigningCertificates({ UserName })).Certificates).toEqual([]);
    const { ServiceSpecificCredentials } = await iam.listServiceSpecificCredentials({ UserName });
    expect(ServiceSpecificCredentials).toEqual([]);
    expect(await refusal(iam.deleteLoginProfile({ UserName }))).toMatchObject({
      name: 'NoSuchEntityException',
    });

    const PolicyName = 'look';
    await iam.putUserPolicy({ UserName, PolicyName, PolicyDocument: document('iam:GetUser') });
    expect((await iam.listUserPolicies({ UserName })).PolicyNames).toEqual([PolicyName]);
    const { PolicyDocument = '' } = await iam.getUserPolicy({ UserName, PolicyName });
    expect(decodeURIComponent(PolicyDocument)).toBe(document('iam:GetUser'));
    await iam.attachUserPolicy({ UserName, PolicyArn });
    expect((await iam.listAttachedUserPolicies({ UserName })).AttachedPolicies).toMatchObject([
      { PolicyArn },
    ]);

    const { AccessKey } = await iam.createAccessKey({ UserName });
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
    const backend = new sdk.IAM({
      ...config(),
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey },
    });
    expect((await backend.getUser({})).User).toMatchObject({ UserName });
    expect(await refusal(backend.listUsers({}))).toEqual({
      name: 'AccessDenied',
      message: `User: ${arn('user/backend')} is not authorized to perform: iam:ListUsers on resource: ${arn('user/')} because no identity-based policy allows the iam:ListUsers action`,
    });
    expect(await iam.getAccessKeyLastUsed({ AccessKeyId })).toMatchObject({ UserName });
    await iam.updateAccessKey({ UserName, AccessKeyId, Status: 'Inactive' });
    expect((await iam.listAccessKeys({ UserName })).AccessKeyMetadata).toMatchObject([
      { Status: 'Inactive' },
    ]);
    expect(await refusal(backend.getUser({}))).toMatchObject({ name: 'InvalidClientTokenId' });

    await iam.deleteAccessKey({ UserName, AccessKeyId });
    await iam.detachUserPolicy({ UserName, PolicyArn });
    await iam.deleteUserPolicy({ UserName, PolicyName });
    await iam.deleteUser({ UserName });
    await iam.deletePolicy({ PolicyArn });
  });

  it('registers OpenID Connect providers', async () => {
    const { OpenIDConnectProviderArn } = await iam.createOpenIDConnectProvider({
      Url: 'https://login.example.test/tenant',
      ClientIDList: ['web'],
    });
    const provider = { OpenIDConnectProviderArn };
    expect(OpenIDConnectProviderArn).toBe(arn('oidc-provider/login.example.test/tenant'));
    await iam.addClientIDToOpenIDConnectProvider({ ...provider, ClientID: 'phone' });
    await iam.removeClientIDFromOpenIDConnectProvider({ ...provider, ClientID: 'web' });
    const ThumbprintList = ['0'.repeat(40)];
    await iam.updateOpenIDConnectProviderThumbprint({ ...provider, ThumbprintList });
    await iam.tagOpenIDConnectProvider({ ...provider, Tags });
    await iam.untagOpenIDConnectProvider({ ...provider, ...withoutStage });
    expect((await iam.listOpenIDConnectProviderTags(provider)).Tags).toEqual(left);
    expect(await iam.getOpenIDConnectProvider(provider)).toMatchObject({
      Url: 'login.example.test/tenant',
      ClientIDList: ['phone'],
      ThumbprintList,
      Tags: left,
    });
    expect((await iam.listOpenIDConnectProviders({})).OpenIDConnectProviderList).toEqual([
      { Arn: OpenIDConnectProviderArn },
    ]);
    await iam.deleteOpenIDConnectProvider(provider);
  });

  it('registers SAML providers', async () => {
    const SAMLMetadataDocument = readFileSync(new URL('terraform/metadata.xml', import.meta.url), 'utf8');
    const { SAMLProviderArn } = await iam.createSAMLProvider({ Name: 'office', SAMLMetadataDocument });
    const provider = { SAMLProviderArn };
    expect(SAMLProviderArn).toBe(arn('saml-provider/office'));
    await iam.updateSAMLProvider({ ...provider, SAMLMetadataDocument });
    await iam.tagSAMLProvider({ ...provider, Tags });
    await iam.untagSAMLProvider({ ...provider, ...withoutStage });
    expect((await iam.listSAMLProviderTags(provider)).Tags).toEqual(left);
    expect(await iam.getSAMLProvider(provider)).toMatchObject({ SAMLMetadataDocument, Tags: left });
    expect((await iam.listSAMLProviders({})).SAMLProviderList).toMatchObject([{ Arn: SAMLProviderArn }]);
    await iam.deleteSAMLProvider(provider);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a policy that is none',
      () => iam.createPolicy({ PolicyName: 'bad', PolicyDocument: '{}' }),
      'MalformedPolicyDocumentException',
    ],
    ['a name of another kind', () => iam.createUser({ UserName: 'a b' }), 'ValidationError'],
    [
      'metadata that are none',
      () => iam.createSAMLProvider({ Name: 'none', SAMLMetadataDocument: 'x'.repeat(1000) }),
      'InvalidInputException',
    ],
    [
      'a tag more than there may be',
      async () => {
        const many = Array.from({ length: 50 }, (_, number) => ({ Key: `tag-${number}`, Value: '' }));
        await iam.createUser({ UserName: 'tags', Tags: many });
        await iam.tagUser({ UserName: 'tags', Tags: [{ Key: 'more', Value: '' }] });
      },
      'LimitExceededException',
    ],
    [
      'what is there already',
      async () => {
        await iam.createUser({ UserName: 'twice' });
        await iam.createUser({ UserName: 'twice' });
      },
      'EntityAlreadyExistsException',
    ],
  ])('refuses %s', async (_, attempt, name) => {
    expect(await refusal(attempt())).toMatchObject({ name });
  });

  it('says of every other operation that it is not served, and answers as the compatibility page says', async () => {
    const asked = new Set(service.calls.map(({ operation }) => operation));
    const others = modelledOperations(sdk).filter((operation) => !asked.has(operation));
    for (const operation of others) await call(iam, operation).catch(() => undefined);
    expect(refused(service.calls, 'iam', 'InvalidAction')).toEqual(others);
    checkAnswers('iam', service.calls);
  });
});
