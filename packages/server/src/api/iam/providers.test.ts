import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClock } from '../../tokens/testing/issuer.ts';
import { TestSamlProvider } from '../../tokens/testing/saml.ts';
import { account, type Running, refusal, serve } from './testing.ts';

let running: Running;
let iam: Running['iam'];

beforeAll(async () => {
  running = await serve();
  iam = running.iam;
});
afterAll(() => running.close());

const thumbprint = 'a'.repeat(40);
const Tags = [
  { Key: 'k1', Value: 'v1' },
  { Key: 'k2', Value: 'v2' },
];

describe('an OpenID Connect provider', () => {
  const unknown = `arn:aws:iam::${account}:oidc-provider/unknown.example.test`;
  const notFound = `404 NoSuchEntity: OpenIDConnect Provider not found for arn ${unknown}`;

  it('is created, shown without its scheme, listed, changed and deleted', async () => {
    const { OpenIDConnectProviderArn, Tags: created } = await iam.createOpenIDConnectProvider({
      Url: 'https://login.example.test/tenant',
      ClientIDList: ['game', 'game', 'web'],
      ThumbprintList: [thumbprint.toUpperCase()],
    });
    expect(OpenIDConnectProviderArn).toBe(`arn:aws:iam::${account}:oidc-provider/login.example.test/tenant`);
    expect(created).toBeUndefined();
    const got = async () => {
      const { $metadata, ...provider } = await iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn });
      return provider;
    };
    expect(await got()).toEqual({
      Url: 'login.example.test/tenant',
      ClientIDList: ['game', 'web'],
      ThumbprintList: [thumbprint],
      CreateDate: expect.any(Date),
      Tags: [],
    });
    expect((await iam.listOpenIDConnectProviders({})).OpenIDConnectProviderList).toEqual([
      { Arn: OpenIDConnectProviderArn },
    ]);
    for (const ClientID of ['console', 'web'])
      await iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    for (const ClientID of ['game', 'absent'])
      await iam.removeClientIDFromOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    const ThumbprintList = ['b'.repeat(40), 'c'.repeat(40)];
    await iam.updateOpenIDConnectProviderThumbprint({ OpenIDConnectProviderArn, ThumbprintList });
    await iam.tagOpenIDConnectProvider({ OpenIDConnectProviderArn, Tags });
    expect(await got()).toMatchObject({ ClientIDList: ['console', 'web'], ThumbprintList, Tags });
    await iam.untagOpenIDConnectProvider({ OpenIDConnectProviderArn, TagKeys: ['k2'] });
    expect(await iam.listOpenIDConnectProviderTags({ OpenIDConnectProviderArn })).toMatchObject({
      Tags: [Tags[0]],
      IsTruncated: false,
    });
    await iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn });
    expect((await iam.listOpenIDConnectProviders({})).OpenIDConnectProviderList).toEqual([]);
  });

  it('is shown with its tags by CreateOpenIDConnectProvider', async () => {
    const made = await iam.createOpenIDConnectProvider({ Url: 'https://tagged.example.test', Tags });
    expect(made.Tags).toEqual(Tags);
  });

  it('takes the audience of tokens at most 100 times', async () => {
    const ClientIDList = Array.from({ length: 100 }, (_, index) => `client-${index}`);
    const { OpenIDConnectProviderArn } = await iam.createOpenIDConnectProvider({
      Url: 'https://many.example.test',
      ClientIDList,
    });
    expect(
      await refusal(
        iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID: 'one more' }),
      ),
    ).toBe('409 LimitExceeded: Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100');
  });

  it.each<readonly [string, () => Promise<unknown>, string]>([
    ...[
      'example.org',
      'http://login.example.test',
      'https://login.example.test:8443',
      'https://a.test/?q',
      'https://u@a.test',
    ].map(
      (Url) =>
        [
          Url,
          () => iam.createOpenIDConnectProvider({ Url }),
          '400 ValidationError: Invalid Open ID Connect Provider URL',
        ] as const,
    ),
    [
      'one that is there',
      async () => {
        await iam.createOpenIDConnectProvider({ Url: 'https://twice.example.test' });
        return iam.createOpenIDConnectProvider({ Url: 'https://twice.example.test' });
      },
      '409 EntityAlreadyExists: Provider with url https://twice.example.test already exists.',
    ],
    [
      'six thumbprints',
      () =>
        iam.createOpenIDConnectProvider({
          Url: 'https://six.example.test',
          ThumbprintList: Array.from({ length: 6 }, (_, index) => String(index).repeat(40)),
        }),
      '400 InvalidInput: Thumbprint list must contain fewer than 5 entries.',
    ],
    [
      '101 client ids',
      () =>
        iam.createOpenIDConnectProvider({
          Url: 'https://clients.example.test',
          ClientIDList: Array.from({ length: 101 }, (_, index) => String(index)),
        }),
      '409 LimitExceeded: Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
    ],
    [
      'getting an unknown one',
      () => iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn: unknown }),
      notFound,
    ],
    [
      'adding to an unknown one',
      () => iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn: unknown, ClientID: 'a' }),
      notFound,
    ],
    [
      'deleting an unknown one',
      () => iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn: unknown }),
      `404 NoSuchEntity: OpenId connect Provider ${unknown} cannot be found.`,
    ],
  ])('is refused: %s', async (_, call, expected) => {
    expect(await refusal(call())).toBe(expected);
  });
});

describe('a SAML provider', () => {
  const idp = new TestSamlProvider(new TestClock());
  const metadata = (entityID: string) =>
    idp.metadata.replace(/ entityID="[^"]*"/, ` validUntil="2099-01-01T00:00:00Z" entityID="${entityID}"`);
  const unknown = `arn:aws:iam::${account}:saml-provider/Unknown`;

  it('is created, shown, listed, changed and deleted', async () => {
    const SAMLMetadataDocument = metadata('https://idp.example.test');
    const made = await iam.createSAMLProvider({ Name: 'Corp', SAMLMetadataDocument });
    const { SAMLProviderArn } = made;
    expect(SAMLProviderArn).toBe(`arn:aws:iam::${account}:saml-provider/Corp`);
    expect(made.Tags).toBeUndefined();
    const { $metadata, ...got } = await iam.getSAMLProvider({ SAMLProviderArn });
    expect(got).toEqual({
      SAMLProviderUUID: expect.stringMatching(/^[A-Z0-9]{22,64}$/),
      SAMLMetadataDocument,
      CreateDate: expect.any(Date),
      ValidUntil: new Date('2099-01-01T00:00:00Z'),
      Tags: [],
      AssertionEncryptionMode: 'Allowed',
      PrivateKeyList: [],
    });
    const changed = metadata('https://other.example.test');
    expect(await iam.updateSAMLProvider({ SAMLProviderArn, SAMLMetadataDocument: changed })).toMatchObject({
      SAMLProviderArn,
    });
    await iam.tagSAMLProvider({ SAMLProviderArn, Tags });
    expect(await iam.getSAMLProvider({ SAMLProviderArn })).toMatchObject({
      SAMLProviderUUID: got.SAMLProviderUUID,
      SAMLMetadataDocument: changed,
      Tags,
    });
    await iam.untagSAMLProvider({ SAMLProviderArn, TagKeys: ['k1'] });
    expect((await iam.listSAMLProviderTags({ SAMLProviderArn })).Tags).toEqual([Tags[1]]);
    expect((await iam.listSAMLProviders({})).SAMLProviderList).toEqual([
      { Arn: SAMLProviderArn, ValidUntil: got.ValidUntil, CreateDate: got.CreateDate },
    ]);
    await iam.deleteSAMLProvider({ SAMLProviderArn });
    expect((await iam.listSAMLProviders({})).SAMLProviderList).toEqual([]);
  });

  const missing = `404 NoSuchEntity: Manifest not found for arn ${unknown}`;
  it.each<readonly [string, () => Promise<unknown>, string]>([
    [
      'what is no metadata',
      () => iam.createSAMLProvider({ Name: 'No', SAMLMetadataDocument: 'x'.repeat(1000) }),
      '400 InvalidInput: Could not parse metadata',
    ],
    [
      'required encryption',
      () =>
        iam.createSAMLProvider({
          Name: 'No',
          SAMLMetadataDocument: metadata('https://idp.example.test'),
          AssertionEncryptionMode: 'Required',
        }),
      '400 InvalidInput: Encrypted SAML assertions are not supported.',
    ],
    [
      'one that is there',
      async () => {
        const provider = { Name: 'Twice', SAMLMetadataDocument: metadata('https://idp.example.test') };
        await iam.createSAMLProvider(provider);
        return iam.createSAMLProvider(provider);
      },
      '409 EntityAlreadyExists: Provider with name Twice already exists.',
    ],
    [
      'what assertions could not be verified with',
      () =>
        iam.createSAMLProvider({
          Name: 'No',
          SAMLMetadataDocument: metadata('https://idp.example.test').replace('"signing"', '"encryption"'),
        }),
      '400 InvalidInput: Could not parse metadata',
    ],
    [
      'a change to what is none',
      async () => {
        const { SAMLProviderArn } = await iam.createSAMLProvider({
          Name: 'Changed',
          SAMLMetadataDocument: metadata('https://idp.example.test'),
        });
        return iam.updateSAMLProvider({ SAMLProviderArn, SAMLMetadataDocument: 'x'.repeat(1000) });
      },
      '400 InvalidInput: Could not parse metadata',
    ],
    [
      'more than fits into a request',
      () =>
        iam.createSAMLProvider({
          Name: 'No',
          SAMLMetadataDocument: metadata('https://idp.example.test').replace(
            '</md:IDP',
            `${' '.repeat(1_100_000)}$&`,
          ),
        }),
      '413 RequestEntityTooLarge: Request entity is too large.',
    ],
    ['getting an unknown one', () => iam.getSAMLProvider({ SAMLProviderArn: unknown }), missing],
    ['deleting an unknown one', () => iam.deleteSAMLProvider({ SAMLProviderArn: unknown }), missing],
    ['changing an unknown one', () => iam.updateSAMLProvider({ SAMLProviderArn: unknown }), missing],
  ])('is refused: %s', async (_, call, expected) => {
    expect(await refusal(call())).toBe(expected);
  });
});
