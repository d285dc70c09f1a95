import { AddClientIDToOpenIDConnectProvider } from './AddClientIDToOpenIDConnectProvider.ts';
import { AttachRolePolicy } from './AttachRolePolicy.ts';
import { AttachUserPolicy } from './AttachUserPolicy.ts';
import { absentOperations } from './absent.ts';
import { CreateAccessKey } from './CreateAccessKey.ts';
import { CreateOpenIDConnectProvider } from './CreateOpenIDConnectProvider.ts';
import { CreatePolicy } from './CreatePolicy.ts';
import { CreatePolicyVersion } from './CreatePolicyVersion.ts';
import { CreateRole } from './CreateRole.ts';
import { CreateSAMLProvider } from './CreateSAMLProvider.ts';
import { CreateUser } from './CreateUser.ts';
import { withConditions } from './conditions.ts';
import { DeleteAccessKey } from './DeleteAccessKey.ts';
import { DeleteOpenIDConnectProvider } from './DeleteOpenIDConnectProvider.ts';
import { DeletePolicy } from './DeletePolicy.ts';
import { DeletePolicyVersion } from './DeletePolicyVersion.ts';
import { DeleteRole } from './DeleteRole.ts';
import { DeleteRolePermissionsBoundary } from './DeleteRolePermissionsBoundary.ts';
import { DeleteRolePolicy } from './DeleteRolePolicy.ts';
import { DeleteSAMLProvider } from './DeleteSAMLProvider.ts';
import { DeleteUser } from './DeleteUser.ts';
import { DeleteUserPermissionsBoundary } from './DeleteUserPermissionsBoundary.ts';
import { DeleteUserPolicy } from './DeleteUserPolicy.ts';
import { DetachRolePolicy } from './DetachRolePolicy.ts';
import { DetachUserPolicy } from './DetachUserPolicy.ts';
import { GetAccessKeyLastUsed } from './GetAccessKeyLastUsed.ts';
import { GetOpenIDConnectProvider } from './GetOpenIDConnectProvider.ts';
import { GetPolicy } from './GetPolicy.ts';
import { GetPolicyVersion } from './GetPolicyVersion.ts';
import { GetRole } from './GetRole.ts';
import { GetRolePolicy } from './GetRolePolicy.ts';
import { GetSAMLProvider } from './GetSAMLProvider.ts';
import { GetUser } from './GetUser.ts';
import { GetUserPolicy } from './GetUserPolicy.ts';
import { ListAccessKeys } from './ListAccessKeys.ts';
import { ListAttachedRolePolicies } from './ListAttachedRolePolicies.ts';
import { ListAttachedUserPolicies } from './ListAttachedUserPolicies.ts';
import { ListEntitiesForPolicy } from './ListEntitiesForPolicy.ts';
import { ListInstanceProfilesForRole } from './ListInstanceProfilesForRole.ts';
import { ListOpenIDConnectProviders } from './ListOpenIDConnectProviders.ts';
import { ListOpenIDConnectProviderTags } from './ListOpenIDConnectProviderTags.ts';
import { ListPolicies } from './ListPolicies.ts';
import { ListPolicyTags } from './ListPolicyTags.ts';
import { ListPolicyVersions } from './ListPolicyVersions.ts';
import { ListRolePolicies } from './ListRolePolicies.ts';
import { ListRoles } from './ListRoles.ts';
import { ListRoleTags } from './ListRoleTags.ts';
import { ListSAMLProviders } from './ListSAMLProviders.ts';
import { ListSAMLProviderTags } from './ListSAMLProviderTags.ts';
import { ListUserPolicies } from './ListUserPolicies.ts';
import { ListUsers } from './ListUsers.ts';
import { ListUserTags } from './ListUserTags.ts';
import { PutRolePermissionsBoundary } from './PutRolePermissionsBoundary.ts';
import { PutRolePolicy } from './PutRolePolicy.ts';
import { PutUserPermissionsBoundary } from './PutUserPermissionsBoundary.ts';
import { PutUserPolicy } from './PutUserPolicy.ts';
import { RemoveClientIDFromOpenIDConnectProvider } from './RemoveClientIDFromOpenIDConnectProvider.ts';
import { SetDefaultPolicyVersion } from './SetDefaultPolicyVersion.ts';
import { TagOpenIDConnectProvider } from './TagOpenIDConnectProvider.ts';
import { TagPolicy } from './TagPolicy.ts';
import { TagRole } from './TagRole.ts';
import { TagSAMLProvider } from './TagSAMLProvider.ts';
import { TagUser } from './TagUser.ts';
import { UntagOpenIDConnectProvider } from './UntagOpenIDConnectProvider.ts';
import { UntagPolicy } from './UntagPolicy.ts';
import { UntagRole } from './UntagRole.ts';
import { UntagSAMLProvider } from './UntagSAMLProvider.ts';
import { UntagUser } from './UntagUser.ts';
import { UpdateAccessKey } from './UpdateAccessKey.ts';
import { UpdateAssumeRolePolicy } from './UpdateAssumeRolePolicy.ts';
import { UpdateOpenIDConnectProviderThumbprint } from './UpdateOpenIDConnectProviderThumbprint.ts';
import { UpdateRole } from './UpdateRole.ts';
import { UpdateRoleDescription } from './UpdateRoleDescription.ts';
import { UpdateSAMLProvider } from './UpdateSAMLProvider.ts';

/** AWS Identity and Access Management, version 2010-05-08: the part that federation needs. */
export const iamOperations = [
  AddClientIDToOpenIDConnectProvider,
  AttachRolePolicy,
  AttachUserPolicy,
  CreateAccessKey,
  CreateOpenIDConnectProvider,
  CreatePolicy,
  CreatePolicyVersion,
  CreateRole,
  CreateSAMLProvider,
  CreateUser,
  DeleteAccessKey,
  DeleteOpenIDConnectProvider,
  DeletePolicy,
  DeletePolicyVersion,
  DeleteRole,
  DeleteRolePermissionsBoundary,
  DeleteRolePolicy,
  DeleteSAMLProvider,
  DeleteUser,
  DeleteUserPermissionsBoundary,
  DeleteUserPolicy,
  DetachRolePolicy,
  DetachUserPolicy,
  GetAccessKeyLastUsed,
  GetOpenIDConnectProvider,
  GetPolicy,
  GetPolicyVersion,
  GetRole,
  GetRolePolicy,
  GetSAMLProvider,
  GetUser,
  GetUserPolicy,
  ListAccessKeys,
  ListAttachedRolePolicies,
  ListAttachedUserPolicies,
  ListEntitiesForPolicy,
  ListInstanceProfilesForRole,
  ListOpenIDConnectProviderTags,
  ListOpenIDConnectProviders,
  ListPolicies,
  ListPolicyTags,
  ListPolicyVersions,
  ListRolePolicies,
  ListRoleTags,
  ListRoles,
  ListSAMLProviderTags,
  ListSAMLProviders,
  ListUserPolicies,
  ListUserTags,
  ListUsers,
  PutRolePermissionsBoundary,
  PutRolePolicy,
  PutUserPermissionsBoundary,
  PutUserPolicy,
  RemoveClientIDFromOpenIDConnectProvider,
  SetDefaultPolicyVersion,
  TagOpenIDConnectProvider,
  TagPolicy,
  TagRole,
  TagSAMLProvider,
  TagUser,
  UntagOpenIDConnectProvider,
  UntagPolicy,
  UntagRole,
  UntagSAMLProvider,
  UntagUser,
  UpdateAccessKey,
  UpdateAssumeRolePolicy,
  UpdateOpenIDConnectProviderThumbprint,
  UpdateRole,
  UpdateRoleDescription,
  UpdateSAMLProvider,
  ...absentOperations,
].map(withConditions);
