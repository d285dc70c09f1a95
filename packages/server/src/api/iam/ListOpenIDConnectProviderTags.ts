import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { oidcProviderResource, oidcProviders } from './oidc-provider.ts';
import type { IamServices } from './services.ts';
import { arn, paging } from './shapes.ts';
import { listTags } from './tags.ts';

export const ListOpenIDConnectProviderTags = operation({
  name: 'ListOpenIDConnectProviderTags',
  access: { action: 'iam:ListOpenIDConnectProviderTags', resource: oidcProviderResource },
  input: structure({ OpenIDConnectProviderArn: required(arn), ...paging }),
  handle: (services: IamServices, input) =>
    listTags('ListOpenIDConnectProviderTags', services, oidcProviders, input.OpenIDConnectProviderArn, input),
});
