import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { change } from './kind.ts';
import { oidcProviderResource, oidcProviders, readThumbprints } from './oidc-provider.ts';
import type { IamServices } from './services.ts';
import { arn, thumbprints } from './shapes.ts';

/** Replaces a provider's thumbprints. */
export const UpdateOpenIDConnectProviderThumbprint = operation({
  name: 'UpdateOpenIDConnectProviderThumbprint',
  access: { action: 'iam:UpdateOpenIDConnectProviderThumbprint', resource: oidcProviderResource },
  input: structure({ OpenIDConnectProviderArn: required(arn), ThumbprintList: required(thumbprints) }),
  async handle(services: IamServices, { OpenIDConnectProviderArn, ThumbprintList }) {
    const read = readThumbprints(ThumbprintList);
    await change(services, oidcProviders, OpenIDConnectProviderArn, (provider) => ({
      ...provider,
      thumbprints: read,
    }));
    return undefined;
  },
});
