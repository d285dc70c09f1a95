import { oidcProviderArn } from '../../access/arn.ts';
import { operation } from '../protocol/operation.ts';
import { structure } from '../protocol/shape.ts';
import { all } from './listing.ts';
import type { IamServices } from './services.ts';

/** The ARNs of all providers. */
export const ListOpenIDConnectProviders = operation({
  name: 'ListOpenIDConnectProviders',
  access: {
    action: 'iam:ListOpenIDConnectProviders',
    resource: ({ place }: IamServices) => oidcProviderArn(place, '*'),
  },
  input: structure({}),
  async handle({ store }: IamServices) {
    const providers = await all(store.collection('oidc_providers'));
    return { OpenIDConnectProviderList: providers.map(({ key }) => ({ Arn: key })) };
  },
});
