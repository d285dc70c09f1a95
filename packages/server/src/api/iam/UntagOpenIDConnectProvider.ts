import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { oidcProviderResource, oidcProviders } from './oidc-provider.ts';
import type { IamServices } from './services.ts';
import { arn, tagKeys } from './shapes.ts';
import { resourceTags, untag } from './tags.ts';

export const UntagOpenIDConnectProvider = operation({
  name: 'UntagOpenIDConnectProvider',
  access: { action: 'iam:UntagOpenIDConnectProvider', resource: oidcProviderResource },
  input: structure({ OpenIDConnectProviderArn: required(arn), TagKeys: required(tagKeys) }),
  handle: (services: IamServices, { OpenIDConnectProviderArn, TagKeys }) =>
    untag(services, oidcProviders, resourceTags, OpenIDConnectProviderArn, TagKeys),
});
