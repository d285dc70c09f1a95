import { GetCallerIdentity } from './GetCallerIdentity.ts';

/** AWS Security Token Service, version 2011-06-15. */
export const stsOperations = [GetCallerIdentity];
