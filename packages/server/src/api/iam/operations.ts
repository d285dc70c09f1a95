import { CreateOpenIDConnectProvider } from './CreateOpenIDConnectProvider.ts';
import { CreateRole } from './CreateRole.ts';
import { GetRole } from './GetRole.ts';
import { PutRolePolicy } from './PutRolePolicy.ts';

/** AWS Identity and Access Management, version 2010-05-08: the part that federation needs. */
export const iamOperations = [CreateOpenIDConnectProvider, CreateRole, GetRole, PutRolePolicy];
