import { ServiceError } from '../../errors.ts';
import { string } from '../protocol/shape.ts';

/** The members that name an MFA device and the code it shows. */
export const mfa = {
  SerialNumber: string({ min: 9, max: 256, pattern: '[\\w+=/:,.@-]*' }),
  TokenCode: string({ min: 6, max: 6, pattern: '[\\d]*' }),
};

/** There are no MFA devices here, so no code of one can be right. Throws AccessDenied if one is shown. */
export function refuseMfa({ SerialNumber, TokenCode }: { SerialNumber?: string; TokenCode?: string }): void {
  if (SerialNumber === undefined && TokenCode === undefined) return;
  throw new ServiceError(
    'AccessDenied',
    'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
  );
}
