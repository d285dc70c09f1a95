import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { remove } from './kind.ts';
import { samlProviderResource, samlProviders } from './saml-provider.ts';
import type { IamServices } from './services.ts';
import { arn } from './shapes.ts';

/** Deletes a provider: its assertions prove nothing from then on, also where pools still name it. */
export const DeleteSAMLProvider = operation({
  name: 'DeleteSAMLProvider',
  access: { action: 'iam:DeleteSAMLProvider', resource: samlProviderResource },
  input: structure({ SAMLProviderArn: required(arn) }),
  async handle(services: IamServices, { SAMLProviderArn }) {
    await remove(services, samlProviders, SAMLProviderArn);
    return undefined;
  },
});
