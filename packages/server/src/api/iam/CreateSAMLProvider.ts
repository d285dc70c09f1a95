import { randomBytes } from 'node:crypto';
import { samlProviderArn } from '../../access/arn.ts';
import { operation } from '../protocol/operation.ts';
import { required, string, structure } from '../protocol/shape.ts';
import { create } from './kind.ts';
import { readMetadata, refuseEncryption, samlProviders } from './saml-provider.ts';
import type { IamServices } from './services.ts';
import { encryptionMode, privateKey, samlMetadata, tags } from './shapes.ts';
import { readTags, resourceTags, tagsIfAny } from './tags.ts';

/** Registers a SAML identity provider by its metadata. */
export const CreateSAMLProvider = operation({
  name: 'CreateSAMLProvider',
  access: {
    action: 'iam:CreateSAMLProvider',
    resource: ({ place }: IamServices, { Name }) => samlProviderArn(place, Name),
  },
  input: structure({
    Name: required(string({ min: 1, max: 128, pattern: '[\\w._-]+' })),
    SAMLMetadataDocument: required(samlMetadata),
    Tags: tags,
    AssertionEncryptionMode: encryptionMode,
    AddPrivateKey: privateKey,
  }),
  async handle(services: IamServices, input) {
    refuseEncryption(input);
    const { Name, SAMLMetadataDocument, Tags } = input;
    const createdAt = services.clock.now();
    const provider = {
      name: Name,
      uuid: randomBytes(16).toString('hex').toUpperCase(),
      ...(await readMetadata(SAMLMetadataDocument, createdAt)),
      tags: readTags(resourceTags, Tags),
      createdAt,
    };
    const arn = samlProviderArn(services.place, Name);
    await create(services, samlProviders, arn, provider, `Provider with name ${Name} already exists.`);
    return { SAMLProviderArn: arn, ...tagsIfAny(provider.tags) };
  },
});
