import { callIam } from '../service/aws-api.ts';
import { tagList, tagsOf, unlessMissing } from '../service/iam.ts';
import { addTags, ownershipTags, ownTags, replaceOwnTags } from '../stack/tags.ts';
import { optionalText, tags, text, textMap } from './properties.ts';
import { generatedName, type ResourceType } from './resource.ts';

/** Its physical id is its ARN. */
export const samlProvider: ResourceType = {
  type: 'AWS::IAM::SAMLProvider',
  properties: ['Name', 'SamlMetadataDocument', 'Tags'],
  required: ['SamlMetadataDocument'],
  fixed: ['Name'],
  tagged: 'saml-provider',

  normalise(given, at) {
    return {
      ...(given.Name !== undefined && { Name: text(given.Name, `${at}.Name`) }),
      ...(given.SamlMetadataDocument !== undefined && {
        SamlMetadataDocument: text(given.SamlMetadataDocument, `${at}.SamlMetadataDocument`),
      }),
      Tags: tags(given.Tags, `${at}.Tags`),
    };
  },

  async read({ service }, { physicalId }) {
    const found = await unlessMissing(callIam(service, 'GetSAMLProvider', { SAMLProviderArn: physicalId }));
    return (
      found &&
      samlProvider.normalise(
        {
          Name: physicalId.slice(physicalId.lastIndexOf('/') + 1),
          SamlMetadataDocument: String(found.SAMLMetadataDocument),
          Tags: ownTags(tagsOf(found.Tags)),
        },
        '',
      )
    );
  },

  async create({ service, stack }, { logicalId, properties, retain }) {
    const { SAMLProviderArn } = await callIam(service, 'CreateSAMLProvider', {
      Name: optionalText(properties.Name, '') ?? generatedName(stack, logicalId, 128),
      SAMLMetadataDocument: text(properties.SamlMetadataDocument, ''),
      Tags: tagList({ ...textMap(properties.Tags, ''), ...ownershipTags(stack, logicalId, retain) }),
    });
    return String(SAMLProviderArn);
  },

  async update(context, { physicalId }, { logicalId, properties, retain }, before) {
    await callIam(context.service, 'UpdateSAMLProvider', {
      SAMLProviderArn: physicalId,
      SAMLMetadataDocument: text(properties.SamlMetadataDocument, ''),
    });
    const resource = { kind: 'saml-provider', id: physicalId } as const;
    await replaceOwnTags(context, resource, textMap(before.Tags, ''), textMap(properties.Tags, ''));
    await addTags(context, resource, ownershipTags(context.stack, logicalId, retain));
    return physicalId;
  },

  async delete({ service }, { physicalId }) {
    await callIam(service, 'DeleteSAMLProvider', { SAMLProviderArn: physicalId });
  },

  async attributes({ service }, physicalId) {
    const found = await callIam(service, 'GetSAMLProvider', { SAMLProviderArn: physicalId });
    return { Arn: physicalId, SamlProviderUUID: String(found.SAMLProviderUUID) };
  },
};
