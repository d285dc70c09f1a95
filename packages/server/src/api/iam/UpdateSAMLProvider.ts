import { operation } from '../protocol/operation.ts';
import { required, string, structure } from '../protocol/shape.ts';
import { change } from './kind.ts';
import { readMetadata, refuseEncryption, samlProviderResource, samlProviders } from './saml-provider.ts';
import type { IamServices } from './services.ts';
import { arn, encryptionMode, privateKey, samlMetadata } from './shapes.ts';

/** Replaces a SAML provider's metadata. */
export const UpdateSAMLProvider = operation({
  name: 'UpdateSAMLProvider',
  access: { action: 'iam:UpdateSAMLProvider', resource: samlProviderResource },
  input: structure({
    SAMLProviderArn: required(arn),
    SAMLMetadataDocument: samlMetadata,
    AssertionEncryptionMode: encryptionMode,
    AddPrivateKey: privateKey,
    RemovePrivateKey: string({ min: 22, max: 64, pattern: '[A-Z0-9]+' }),
  }),
  async handle(services: IamServices, input) {
    refuseEncryption(input);
    const { SAMLProviderArn, SAMLMetadataDocument } = input;
    const read =
      SAMLMetadataDocument === undefined
        ? {}
        : await readMetadata(SAMLMetadataDocument, services.clock.now());
    await change(services, samlProviders, SAMLProviderArn, (provider) => ({ ...provider, ...read }));
    return { SAMLProviderArn };
  },
});
