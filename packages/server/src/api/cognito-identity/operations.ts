import { CreateIdentityPool } from './CreateIdentityPool.ts';
import { DeleteIdentities } from './DeleteIdentities.ts';
import { DeleteIdentityPool } from './DeleteIdentityPool.ts';
import { DescribeIdentity } from './DescribeIdentity.ts';
import { DescribeIdentityPool } from './DescribeIdentityPool.ts';
import { GetCredentialsForIdentity } from './GetCredentialsForIdentity.ts';
import { GetId } from './GetId.ts';
import { GetIdentityPoolRoles } from './GetIdentityPoolRoles.ts';
import { GetOpenIdToken } from './GetOpenIdToken.ts';
import { GetOpenIdTokenForDeveloperIdentity } from './GetOpenIdTokenForDeveloperIdentity.ts';
import { GetPrincipalTagAttributeMap } from './GetPrincipalTagAttributeMap.ts';
import { ListIdentities } from './ListIdentities.ts';
import { ListIdentityPools } from './ListIdentityPools.ts';
import { ListTagsForResource } from './ListTagsForResource.ts';
import { LookupDeveloperIdentity } from './LookupDeveloperIdentity.ts';
import { MergeDeveloperIdentities } from './MergeDeveloperIdentities.ts';
import { SetIdentityPoolRoles } from './SetIdentityPoolRoles.ts';
import { SetPrincipalTagAttributeMap } from './SetPrincipalTagAttributeMap.ts';
import { TagResource } from './TagResource.ts';
import { UnlinkDeveloperIdentity } from './UnlinkDeveloperIdentity.ts';
import { UnlinkIdentity } from './UnlinkIdentity.ts';
import { UntagResource } from './UntagResource.ts';
import { UpdateIdentityPool } from './UpdateIdentityPool.ts';

/** Amazon Cognito Identity, version 2014-06-30: all its operations. */
export const cognitoIdentityOperations = [
  CreateIdentityPool,
  DeleteIdentities,
  DeleteIdentityPool,
  DescribeIdentity,
  DescribeIdentityPool,
  GetCredentialsForIdentity,
  GetId,
  GetIdentityPoolRoles,
  GetOpenIdToken,
  GetOpenIdTokenForDeveloperIdentity,
  GetPrincipalTagAttributeMap,
  ListIdentities,
  ListIdentityPools,
  ListTagsForResource,
  LookupDeveloperIdentity,
  MergeDeveloperIdentities,
  SetIdentityPoolRoles,
  SetPrincipalTagAttributeMap,
  TagResource,
  UnlinkDeveloperIdentity,
  UnlinkIdentity,
  UntagResource,
  UpdateIdentityPool,
];
