import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { samlProviderResource, samlProviders } from './saml-provider.ts';
import type { IamServices } from './services.ts';
import { arn, paging } from './shapes.ts';
import { listTags } from './tags.ts';

export const ListSAMLProviderTags = operation({
  name: 'ListSAMLProviderTags',
  access: { action: 'iam:ListSAMLProviderTags', resource: samlProviderResource },
  input: structure({ SAMLProviderArn: required(arn), ...paging }),
  handle: (services: IamServices, input) =>
    listTags('ListSAMLProviderTags', services, samlProviders, input.SAMLProviderArn, input),
});
