import { oidcProviderArn } from '../../access/arn.ts';
import { operation } from '../protocol/operation.ts';
import { list, required, string, structure } from '../protocol/shape.ts';
import { create } from './kind.ts';
import { oidcProviders, readClientIds, readIssuer, readThumbprints } from './oidc-provider.ts';
import type { IamServices } from './services.ts';
import { clientId, tags, thumbprints } from './shapes.ts';
import { readTags, resourceTags, tagsIfAny } from './tags.ts';

/** Registers an issuer whose tokens pools and roles may trust, with the client ids that count as audience. */
export const CreateOpenIDConnectProvider = operation({
  name: 'CreateOpenIDConnectProvider',
  access: {
    action: 'iam:CreateOpenIDConnectProvider',
    resource: ({ place }: IamServices, { Url }) => oidcProviderArn(place, Url),
  },
  input: structure({
    Url: required(string({ min: 1, max: 255 })),
    ClientIDList: list(clientId),
    ThumbprintList: thumbprints,
    Tags: tags,
  }),
  async handle(services: IamServices, input) {
    const provider = {
      url: readIssuer(input.Url),
      clientIds: readClientIds(input.ClientIDList ?? []),
      thumbprints: readThumbprints(input.ThumbprintList ?? []),
      tags: readTags(resourceTags, input.Tags),
      createdAt: services.clock.now(),
    };
    const arn = oidcProviderArn(services.place, provider.url);
    await create(services, oidcProviders, arn, provider, `Provider with url ${input.Url} already exists.`);
    return { OpenIDConnectProviderArn: arn, ...tagsIfAny(provider.tags) };
  },
});
