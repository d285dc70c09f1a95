import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { structure } from '../protocol/shape.ts';

/** Who signed the request. Needs no permission; even an explicit deny is ignored, as on AWS. */
export const GetCallerIdentity = operation({
  name: 'GetCallerIdentity',
  access: 'any-signed',
  input: structure({}),
  async handle(_services: unknown, _input, { caller }) {
    if (caller === undefined)
      throw new ServiceError('MissingAuthenticationToken', 'Request is missing Authentication Token');
    return { UserId: caller.userId, Account: caller.account, Arn: caller.arn };
  },
});
