import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { remove } from './kind.ts';
import { oidcProviderResource, oidcProviders } from './oidc-provider.ts';
import type { IamServices } from './services.ts';
import { arn } from './shapes.ts';

/** Deletes a provider: tokens of its issuer prove nothing from then on, also where pools still name it. */
export const DeleteOpenIDConnectProvider = operation({
  name: 'DeleteOpenIDConnectProvider',
  access: { action: 'iam:DeleteOpenIDConnectProvider', resource: oidcProviderResource },
  input: structure({ OpenIDConnectProviderArn: required(arn) }),
  async handle(services: IamServices, { OpenIDConnectProviderArn }) {
    const deletable = {
      ...oidcProviders,
      missing: (providerArn: string) => `OpenId connect Provider ${providerArn} cannot be found.`,
    };
    await remove(services, deletable, OpenIDConnectProviderArn);
    return undefined;
  },
});
