import { CreateIdentityPool } from './CreateIdentityPool.ts';
import { DescribeIdentityPool } from './DescribeIdentityPool.ts';
import { GetCredentialsForIdentity } from './GetCredentialsForIdentity.ts';
import { GetId } from './GetId.ts';
import { GetIdentityPoolRoles } from './GetIdentityPoolRoles.ts';
import { ListIdentityPools } from './ListIdentityPools.ts';
import { SetIdentityPoolRoles } from './SetIdentityPoolRoles.ts';

/** Amazon Cognito Identity, version 2014-06-30. */
export const cognitoIdentityOperations = [
  CreateIdentityPool,
  DescribeIdentityPool,
  GetCredentialsForIdentity,
  GetId,
  GetIdentityPoolRoles,
  ListIdentityPools,
  SetIdentityPoolRoles,
];
