import { credentialsForIdentity, type Exchange } from '../../federation/exchange.ts';
import type { IdentityId } from '../../ids.ts';
import { type Output, operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import type { CognitoIdentityServices } from './services.ts';
import { arn, identityId, logins } from './shapes.ts';

/** Temporary credentials of the role that the pool gives an identity. */
export const GetCredentialsForIdentity = operation({
  name: 'GetCredentialsForIdentity',
  access: 'public',
  input: structure({ IdentityId: required(identityId), Logins: logins, CustomRoleArn: arn }),
  async handle({ federation }: CognitoIdentityServices, { IdentityId, Logins = {}, CustomRoleArn }) {
    const request = { identityId: IdentityId as IdentityId, logins: Logins, customRoleArn: CustomRoleArn };
    return describeExchange(await credentialsForIdentity(federation, request));
  },
});

/** An identity with its credentials, in the API's words. */
export function describeExchange({ identityId, credentials }: Exchange): Output {
  return { IdentityId: identityId, Credentials: describeCredentials(credentials) };
}

/** Credentials as this API words them: the secret is `SecretKey` here and nowhere else. */
export function describeCredentials(credentials: Exchange['credentials']): Output {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: credentials.expiration,
  };
}
