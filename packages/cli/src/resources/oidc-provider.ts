import { callIam } from '../service/aws-api.ts';
import { itemsOf, tagList, tagsOf, unlessMissing } from '../service/iam.ts';
import { addTags, ownershipTags, ownTags, replaceOwnTags } from '../stack/tags.ts';
import { tags, text, textMap, textSet } from './properties.ts';
import type { ResourceType } from './resource.ts';

/** Its physical id is its ARN. */
export const oidcProvider: ResourceType = {
  type: 'AWS::IAM::OIDCProvider',
  properties: ['Url', 'ClientIdList', 'ThumbprintList', 'Tags'],
  required: ['Url'],
  fixed: ['Url'],
  tagged: 'oidc-provider',

  normalise(given, at) {
    return {
      ...(given.Url !== undefined && {
        Url: `https://${text(given.Url, `${at}.Url`).replace(/^https:\/\//, '')}`,
      }),
      ClientIdList: textSet(given.ClientIdList, `${at}.ClientIdList`),
      // Thumbprints stay as they are unless the template has some: keys are trusted by TLS alone.
      ...(given.ThumbprintList !== undefined && {
        ThumbprintList: textSet(given.ThumbprintList, `${at}.ThumbprintList`).map((item) =>
          item.toLowerCase(),
        ),
      }),
      Tags: tags(given.Tags, `${at}.Tags`),
    };
  },

  async read({ service }, { physicalId }) {
    const input = { OpenIDConnectProviderArn: physicalId };
    const found = await unlessMissing(callIam(service, 'GetOpenIDConnectProvider', input));
    return (
      found &&
      oidcProvider.normalise(
        {
          Url: String(found.Url),
          ClientIdList: itemsOf(found.ClientIDList).map(String),
          ThumbprintList: itemsOf(found.ThumbprintList).map(String),
          Tags: ownTags(tagsOf(found.Tags)),
        },
        '',
      )
    );
  },

  async create({ service, stack }, { logicalId, properties, retain }) {
    const { OpenIDConnectProviderArn } = await callIam(service, 'CreateOpenIDConnectProvider', {
      Url: text(properties.Url, ''),
      ClientIDList: textSet(properties.ClientIdList, ''),
      ThumbprintList: textSet(properties.ThumbprintList, ''),
      Tags: tagList({ ...textMap(properties.Tags, ''), ...ownershipTags(stack, logicalId, retain) }),
    });
    return String(OpenIDConnectProviderArn);
  },

  async update(context, { physicalId }, { logicalId, properties, retain }, before) {
    const { service, stack } = context;
    const OpenIDConnectProviderArn = physicalId;
    const [clientsBefore, clients] = [textSet(before.ClientIdList, ''), textSet(properties.ClientIdList, '')];
    const change = (operation: string, ClientID: string) =>
      callIam(service, operation, { OpenIDConnectProviderArn, ClientID });
    for (const client of clientsBefore)
      if (!clients.includes(client)) await change('RemoveClientIDFromOpenIDConnectProvider', client);
    for (const client of clients)
      if (!clientsBefore.includes(client)) await change('AddClientIDToOpenIDConnectProvider', client);
    if (properties.ThumbprintList !== undefined) {
      await callIam(service, 'UpdateOpenIDConnectProviderThumbprint', {
        OpenIDConnectProviderArn,
        ThumbprintList: textSet(properties.ThumbprintList, ''),
      });
    }
    const resource = { kind: 'oidc-provider', id: physicalId } as const;
    await replaceOwnTags(context, resource, textMap(before.Tags, ''), textMap(properties.Tags, ''));
    await addTags(context, resource, ownershipTags(stack, logicalId, retain));
    return physicalId;
  },

  async delete({ service }, { physicalId }) {
    await callIam(service, 'DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: physicalId });
  },

  async attributes(_context, physicalId) {
    return { Arn: physicalId };
  },
};
