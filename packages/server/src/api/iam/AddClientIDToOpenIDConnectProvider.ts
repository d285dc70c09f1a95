import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { change } from './kind.ts';
import { oidcProviderResource, oidcProviders, readClientIds } from './oidc-provider.ts';
import type { IamServices } from './services.ts';
import { arn, clientId } from './shapes.ts';

/** Lets one more client's tokens count; one that is there already changes nothing. */
export const AddClientIDToOpenIDConnectProvider = operation({
  name: 'AddClientIDToOpenIDConnectProvider',
  access: { action: 'iam:AddClientIDToOpenIDConnectProvider', resource: oidcProviderResource },
  input: structure({ OpenIDConnectProviderArn: required(arn), ClientID: required(clientId) }),
  async handle(services: IamServices, { OpenIDConnectProviderArn, ClientID }) {
    await change(services, oidcProviders, OpenIDConnectProviderArn, (provider) => ({
      ...provider,
      clientIds: readClientIds([...provider.clientIds.filter((id) => id !== ClientID), ClientID]),
    }));
    return undefined;
  },
});
