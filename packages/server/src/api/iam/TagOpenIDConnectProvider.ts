import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { oidcProviderResource, oidcProviders } from './oidc-provider.ts';
import type { IamServices } from './services.ts';
import { arn, tags } from './shapes.ts';
import { resourceTags, tag } from './tags.ts';

export const TagOpenIDConnectProvider = operation({
  name: 'TagOpenIDConnectProvider',
  access: { action: 'iam:TagOpenIDConnectProvider', resource: oidcProviderResource },
  input: structure({ OpenIDConnectProviderArn: required(arn), Tags: required(tags) }),
  handle: (services: IamServices, { OpenIDConnectProviderArn, Tags }) =>
    tag(services, oidcProviders, resourceTags, OpenIDConnectProviderArn, Tags),
});
