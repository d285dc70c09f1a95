import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { find } from './kind.ts';
import { oidcProviderResource, oidcProviders } from './oidc-provider.ts';
import type { IamServices } from './services.ts';
import { arn } from './shapes.ts';
import { describeTags } from './tags.ts';

/** A provider; its URL is shown without `https://`, as on AWS. */
export const GetOpenIDConnectProvider = operation({
  name: 'GetOpenIDConnectProvider',
  access: { action: 'iam:GetOpenIDConnectProvider', resource: oidcProviderResource },
  input: structure({ OpenIDConnectProviderArn: required(arn) }),
  async handle(services: IamServices, { OpenIDConnectProviderArn }) {
    const { value: provider } = await find(services, oidcProviders, OpenIDConnectProviderArn);
    return {
      Url: provider.url.replace(/^https:\/\//, ''),
      ClientIDList: provider.clientIds,
      ThumbprintList: provider.thumbprints,
      CreateDate: new Date(provider.createdAt),
      Tags: describeTags(provider.tags),
    };
  },
});
