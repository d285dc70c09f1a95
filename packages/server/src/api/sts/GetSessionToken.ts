import type { Caller } from '../../access/caller.ts';
import type { OwnerGrant } from '../../credentials/issuer.ts';
import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { integer, structure } from '../protocol/shape.ts';
import { callerOf } from './caller.ts';
import { credentialsOutput } from './credentials.ts';
import { mfa, refuseMfa } from './mfa.ts';
import type { StsServices } from './services.ts';

/** Seconds. */
const usual = 43_200;
const longestOfRoot = 3600;

/** Temporary credentials that may do what their owner may, except in IAM and STS. Needs no permission, as on AWS. */
export const GetSessionToken = operation({
  name: 'GetSessionToken',
  access: 'any-signed',
  input: structure({ DurationSeconds: integer({ min: 900, max: 129_600 }), ...mfa }),
  async handle({ clock, ownerCredentials }: StsServices, input, context) {
    const owner = ownerOf(callerOf(context));
    refuseMfa(input);
    const { DurationSeconds: asked = usual } = input;
    const lifetime = owner.kind === 'root' ? Math.min(asked, longestOfRoot) : asked;
    const expiresAt = clock.now() + lifetime * 1000;
    return { Credentials: credentialsOutput(await ownerCredentials.issueToOwner({ owner, expiresAt })) };
  },
});

/** Whose long-term key has signed. Throws AccessDenied for temporary credentials. */
function ownerOf(caller: Caller): OwnerGrant['owner'] {
  if (caller.kind === 'session' || caller.issuedAt !== undefined) {
    throw new ServiceError('AccessDenied', 'Cannot call GetSessionToken with session credentials');
  }
  if (caller.kind === 'root') return { kind: 'root' };
  const { userName, userId } = caller;
  return { kind: 'user', userName, userId };
}
