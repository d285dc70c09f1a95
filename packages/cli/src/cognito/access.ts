import type { Documents } from '@daypass/server';
import { Failure } from '../failure.ts';
import { itemsOf, tagsOf, textOf } from '../service/iam.ts';
import { askIam, iamPages, type Source } from './source.ts';

/**
 * A role with its policies. Policies of AWS's own are not here, so their text becomes an inline policy: a role that came
 * without one of them could do more than before, where that one denied. `policies` hears which others the role needs.
 */
export async function readRole(
  source: Source,
  roleName: string,
  policies: Set<string>,
): Promise<Documents['roles']> {
  const { Role: found } = await askIam(source, 'GetRole', { RoleName: roleName });
  const inlinePolicies: Record<string, string> = {};
  for (const name of await iamPages(source, 'ListRolePolicies', 'PolicyNames', { RoleName: roleName })) {
    const input = { RoleName: roleName, PolicyName: String(name) };
    const { PolicyDocument } = await askIam(source, 'GetRolePolicy', input);
    inlinePolicies[String(name)] = decodeURIComponent(String(PolicyDocument));
  }
  const attached = await iamPages(source, 'ListAttachedRolePolicies', 'AttachedPolicies', {
    RoleName: roleName,
  });
  const attachedPolicyArns: string[] = [];
  for (const arn of attached.map((policy) => textOf(policy, 'PolicyArn'))) {
    if (!isOfAws(arn)) {
      attachedPolicyArns.push(arn);
      continue;
    }
    let name = `AWS-${nameIn(arn)}`;
    while (Object.hasOwn(inlinePolicies, name)) name += '-';
    inlinePolicies[name] = await defaultDocument(source, arn);
  }
  const boundary = textOf(Reflect.get(Object(found), 'PermissionsBoundary'), 'PermissionsBoundaryArn');
  if (boundary !== '' && isOfAws(boundary)) {
    throw new Failure(
      `the role ${roleName} is bounded by ${boundary}, a policy of AWS's own; bound it by a copy of yours.`,
    );
  }
  for (const arn of [...attachedPolicyArns, ...(boundary === '' ? [] : [boundary])]) policies.add(arn);
  const description = textOf(found, 'Description');
  return {
    roleName: textOf(found, 'RoleName'),
    roleId: textOf(found, 'RoleId'),
    path: textOf(found, 'Path'),
    ...(description !== '' && { description }),
    trustPolicy: decodeURIComponent(textOf(found, 'AssumeRolePolicyDocument')),
    inlinePolicies,
    attachedPolicyArns,
    ...(boundary !== '' && { permissionsBoundaryArn: boundary }),
    maxSessionDuration: Number(textOf(found, 'MaxSessionDuration') || 3600),
    tags: tagsOf(Reflect.get(Object(found), 'Tags')),
    createdAt: time(textOf(found, 'CreateDate')),
  };
}

function isOfAws(arn: string): boolean {
  return /^arn:aws[\w-]*:iam::aws:/.test(arn);
}

/** The last part of an ARN. */
export function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

async function defaultDocument(source: Source, PolicyArn: string): Promise<string> {
  const { Policy: found } = await askIam(source, 'GetPolicy', { PolicyArn });
  return documentOf(source, PolicyArn, textOf(found, 'DefaultVersionId'));
}

async function documentOf(source: Source, PolicyArn: string, VersionId: string): Promise<string> {
  const { PolicyVersion } = await askIam(source, 'GetPolicyVersion', { PolicyArn, VersionId });
  return decodeURIComponent(textOf(PolicyVersion, 'Document'));
}

/** A managed policy with all its versions. */
export async function readPolicy(source: Source, PolicyArn: string): Promise<Documents['policies']> {
  const { Policy: found } = await askIam(source, 'GetPolicy', { PolicyArn });
  const listed = await iamPages(source, 'ListPolicyVersions', 'Versions', { PolicyArn });
  const versions: Documents['policies']['versions'][number][] = [];
  for (const version of listed) {
    const versionId = textOf(version, 'VersionId');
    const document = await documentOf(source, PolicyArn, versionId);
    versions.push({ versionId, document, createdAt: time(textOf(version, 'CreateDate')) });
  }
  const numberOf = ({ versionId }: { versionId: string }): number => Number(versionId.slice(1));
  versions.sort((a, b) => numberOf(a) - numberOf(b));
  const description = textOf(found, 'Description');
  return {
    policyName: textOf(found, 'PolicyName'),
    policyId: textOf(found, 'PolicyId'),
    path: textOf(found, 'Path'),
    ...(description !== '' && { description }),
    defaultVersionId: textOf(found, 'DefaultVersionId'),
    versions,
    nextVersion: Math.max(...versions.map(numberOf)) + 1,
    tags: tagsOf(Reflect.get(Object(found), 'Tags')),
    createdAt: time(textOf(found, 'CreateDate')),
    updatedAt: time(textOf(found, 'UpdateDate')),
  };
}

/** A registered OpenID Connect provider. */
export async function readOidcProvider(
  source: Source,
  OpenIDConnectProviderArn: string,
): Promise<Documents['oidc_providers']> {
  const found = await askIam(source, 'GetOpenIDConnectProvider', { OpenIDConnectProviderArn });
  return {
    url: `https://${textOf(found, 'Url').replace(/^https:\/\//, '')}`,
    clientIds: itemsOf(found.ClientIDList).map(String),
    thumbprints: itemsOf(found.ThumbprintList).map(String),
    tags: tagsOf(found.Tags),
    createdAt: time(textOf(found, 'CreateDate')),
  };
}

/** A registered SAML provider. */
export async function readSamlProvider(
  source: Source,
  SAMLProviderArn: string,
): Promise<Documents['saml_providers']> {
  const found = await askIam(source, 'GetSAMLProvider', { SAMLProviderArn });
  return {
    name: nameIn(SAMLProviderArn),
    uuid: textOf(found, 'SAMLProviderUUID'),
    metadata: textOf(found, 'SAMLMetadataDocument'),
    validUntil: time(textOf(found, 'ValidUntil')),
    tags: tagsOf(found.Tags),
    createdAt: time(textOf(found, 'CreateDate')),
  };
}

function time(text: string): number {
  return Date.parse(text) || 0;
}
