import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { find } from './kind.ts';
import { samlProviderResource, samlProviders } from './saml-provider.ts';
import type { IamServices } from './services.ts';
import { arn } from './shapes.ts';
import { describeTags } from './tags.ts';

export const GetSAMLProvider = operation({
  name: 'GetSAMLProvider',
  access: { action: 'iam:GetSAMLProvider', resource: samlProviderResource },
  input: structure({ SAMLProviderArn: required(arn) }),
  async handle(services: IamServices, { SAMLProviderArn }) {
    const { value: provider } = await find(services, samlProviders, SAMLProviderArn);
    return {
      SAMLProviderUUID: provider.uuid,
      SAMLMetadataDocument: provider.metadata,
      CreateDate: new Date(provider.createdAt),
      ValidUntil: new Date(provider.validUntil),
      Tags: describeTags(provider.tags),
      AssertionEncryptionMode: 'Allowed',
      PrivateKeyList: [],
    };
  },
});
