import { oidcProviderArn } from '../../access/arn.ts';
import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { list, required, string, structure } from '../protocol/shape.ts';
import { describeTags, readTags } from './role.ts';
import type { IamServices } from './services.ts';
import { tags } from './shapes.ts';

const url = string({ min: 1, max: 255 });

/** Registers an issuer whose tokens pools and roles may trust, with the client ids that count as audience. */
export const CreateOpenIDConnectProvider = operation({
  name: 'CreateOpenIDConnectProvider',
  access: {
    action: 'iam:CreateOpenIDConnectProvider',
    resource: ({ place }: IamServices, { Url }) => oidcProviderArn(place, Url),
  },
  input: structure({
    Url: required(url),
    ClientIDList: list(string({ min: 1, max: 255 })),
    ThumbprintList: list(string({ min: 40, max: 40 })),
    Tags: tags,
  }),
  async handle({ store, clock, place, pools }: IamServices, input) {
    const provider = {
      url: issuerUrl(input.Url),
      clientIds: clientIds(input.ClientIDList ?? []),
      thumbprints: thumbprints(input.ThumbprintList ?? []),
      tags: readTags(input.Tags),
      createdAt: clock.now(),
    };
    const arn = oidcProviderArn(place, provider.url);
    const inserted = await store.collection('oidc_providers').insert(arn, provider);
    pools.forgetProvider(arn);
    if (!inserted)
      throw new ServiceError('EntityAlreadyExists', `Provider with url ${input.Url} already exists.`);
    return { OpenIDConnectProviderArn: arn, Tags: describeTags(provider.tags) };
  },
});

/**
 * An issuer is a https URL without port, query and fragment, kept letter for letter: tokens are compared with it.
 * Source: IAM API reference, CreateOpenIDConnectProvider, Url.
 */
function issuerUrl(text: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  const isIssuer =
    parsed?.protocol === 'https:' &&
    parsed.port === '' &&
    parsed.username === '' &&
    parsed.password === '' &&
    !/[?#\s\\]/.test(text) &&
    !/^https:\/\/[^/]*:/.test(text);
  if (!isIssuer) throw new ServiceError('ValidationError', 'Invalid Open ID Connect Provider URL');
  return text;
}

const mostClientIds = 100;

function clientIds(ids: readonly string[]): readonly string[] {
  if (ids.length > mostClientIds) {
    throw new ServiceError(
      'LimitExceeded',
      `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${mostClientIds}`,
    );
  }
  return [...new Set(ids)];
}

const mostThumbprints = 5;

function thumbprints(given: readonly string[]): readonly string[] {
  if (given.length > mostThumbprints)
    throw new ServiceError('InvalidInput', 'Thumbprint list must contain fewer than 5 entries.');
  if (given.some((thumbprint) => !/^[0-9a-fA-F]{40}$/.test(thumbprint))) {
    throw new ServiceError(
      'InvalidInput',
      'Thumbprint must be the hex-encoded SHA-1 hash value of a certificate.',
    );
  }
  return given.map((thumbprint) => thumbprint.toLowerCase());
}
