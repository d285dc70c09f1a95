import { samlProviderArn } from '../../access/arn.ts';
import { operation } from '../protocol/operation.ts';
import { structure } from '../protocol/shape.ts';
import { all } from './listing.ts';
import type { IamServices } from './services.ts';

/** All SAML providers, without their metadata. */
export const ListSAMLProviders = operation({
  name: 'ListSAMLProviders',
  access: {
    action: 'iam:ListSAMLProviders',
    resource: ({ place }: IamServices) => samlProviderArn(place, '*'),
  },
  input: structure({}),
  async handle({ store }: IamServices) {
    const providers = await all(store.collection('saml_providers'));
    return {
      SAMLProviderList: providers.map(({ key, value }) => ({
        Arn: key,
        ValidUntil: new Date(value.validUntil),
        CreateDate: new Date(value.createdAt),
      })),
    };
  },
});
