import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { samlProviderResource, samlProviders } from './saml-provider.ts';
import type { IamServices } from './services.ts';
import { arn, tagKeys } from './shapes.ts';
import { resourceTags, untag } from './tags.ts';

export const UntagSAMLProvider = operation({
  name: 'UntagSAMLProvider',
  access: { action: 'iam:UntagSAMLProvider', resource: samlProviderResource },
  input: structure({ SAMLProviderArn: required(arn), TagKeys: required(tagKeys) }),
  handle: (services: IamServices, { SAMLProviderArn, TagKeys }) =>
    untag(services, samlProviders, resourceTags, SAMLProviderArn, TagKeys),
});
