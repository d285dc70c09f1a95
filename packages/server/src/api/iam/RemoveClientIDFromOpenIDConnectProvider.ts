import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { change } from './kind.ts';
import { oidcProviderResource, oidcProviders } from './oidc-provider.ts';
import type { IamServices } from './services.ts';
import { arn, clientId } from './shapes.ts';

/** Tokens of this client no longer count; one that is not there changes nothing. */
export const RemoveClientIDFromOpenIDConnectProvider = operation({
  name: 'RemoveClientIDFromOpenIDConnectProvider',
  access: { action: 'iam:RemoveClientIDFromOpenIDConnectProvider', resource: oidcProviderResource },
  input: structure({ OpenIDConnectProviderArn: required(arn), ClientID: required(clientId) }),
  async handle(services: IamServices, { OpenIDConnectProviderArn, ClientID }) {
    await change(services, oidcProviders, OpenIDConnectProviderArn, (provider) => ({
      ...provider,
      clientIds: provider.clientIds.filter((id) => id !== ClientID),
    }));
    return undefined;
  },
});
