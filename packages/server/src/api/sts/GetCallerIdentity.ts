import { operation } from '../protocol/operation.ts';
import { structure } from '../protocol/shape.ts';
import { callerOf } from './caller.ts';
import type { StsServices } from './services.ts';

/** Who signed the request. Needs no permission; even an explicit deny is ignored, as on AWS. */
export const GetCallerIdentity = operation({
  name: 'GetCallerIdentity',
  access: 'any-signed',
  input: structure({}),
  async handle(_services: StsServices, _input, context) {
    const { userId, account, arn } = callerOf(context);
    return { UserId: userId, Account: account, Arn: arn };
  },
});
