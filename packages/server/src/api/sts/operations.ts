import { AssumeRole } from './AssumeRole.ts';
import { AssumeRoleWithSAML } from './AssumeRoleWithSAML.ts';
import { AssumeRoleWithWebIdentity } from './AssumeRoleWithWebIdentity.ts';
import { GetCallerIdentity } from './GetCallerIdentity.ts';
import { GetSessionToken } from './GetSessionToken.ts';

/** AWS Security Token Service, version 2011-06-15. */
export const stsOperations = [
  AssumeRole,
  AssumeRoleWithSAML,
  AssumeRoleWithWebIdentity,
  GetCallerIdentity,
  GetSessionToken,
];
