import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { samlProviderResource, samlProviders } from './saml-provider.ts';
import type { IamServices } from './services.ts';
import { arn, tags } from './shapes.ts';
import { resourceTags, tag } from './tags.ts';

export const TagSAMLProvider = operation({
  name: 'TagSAMLProvider',
  access: { action: 'iam:TagSAMLProvider', resource: samlProviderResource },
  input: structure({ SAMLProviderArn: required(arn), Tags: required(tags) }),
  handle: (services: IamServices, { SAMLProviderArn, Tags }) =>
    tag(services, samlProviders, resourceTags, SAMLProviderArn, Tags),
});
