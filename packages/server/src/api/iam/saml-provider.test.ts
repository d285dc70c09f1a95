import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../errors.ts';
import { TestClock } from '../../tokens/testing/issuer.ts';
import { TestSamlProvider } from '../../tokens/testing/saml.ts';
import { readMetadata } from './saml-provider.ts';

const clock = new TestClock();
const { metadata: good } = new TestSamlProvider(clock);
const body = good.replace(/^<\?xml[^>]*>/, '');

describe('readMetadata', () => {
  it.each([
    ['a descriptor', good],
    ['one without a prefix', body.replaceAll('md:', '').replace('xmlns:md', 'xmlns')],
    ['one after a declaration and comments', `<?xml version="1.0"?>\n<!-- <a> -->\n<!---->${body}\n`],
  ])('takes %s', async (_, metadata) => {
    expect(await readMetadata(metadata, clock.now())).toMatchObject({ metadata });
  });

  it.each([
    ['no XML', 'metadata'],
    ['nothing', ''],
    ['another root', body.replaceAll('EntityDescriptor', 'EntitiesDescriptor')],
    ['a descriptor within another root', `<a>${body}</a>`],
    ['another namespace', body.replace('SAML:2.0:metadata', 'SAML:1.1:metadata')],
    ['no entity', body.replace(/ entityID="[^"]*"/, '')],
    ['no end', body.replace('</md:EntityDescriptor>', '')],
    ['a document type', `<!DOCTYPE a>${body}`],
    ['an open comment', `<!-- ${body}`],
    ['no date', body.replace(' entityID', ' validUntil="soon" entityID')],
    ['no certificate', body.replace(/<ds:X509Certificate>.*<\/ds:X509Certificate>/, '')],
    ['a certificate that is none', body.replace(/<ds:X509Certificate>/, '$&AAAA')],
    ['a certificate for encryption alone', body.replace('"signing"', '"encryption"')],
    ['a key of 1,024 bits', new TestSamlProvider(clock, 1024).metadata],
    ['a service provider', body.replaceAll('IDPSSODescriptor', 'SPSSODescriptor')],
    ['very many elements', body.replace('<md:IDPSSO', `${'<a/>'.repeat(20_000)}$&`)],
    ['very many attributes', body.replace('<md:IDPSSO', `<a ${'b="c" '.repeat(20_000)}/>$&`)],
  ])('refuses %s', async (_, metadata) => {
    await expect(readMetadata(metadata, clock.now())).rejects.toMatchObject({
      code: 'InvalidInput',
      message: 'Could not parse metadata',
    });
  });

  it('says in the log what is wrong', async () => {
    await expect(readMetadata(body.replace('"signing"', '"encryption"'), clock.now())).rejects.toMatchObject({
      reason: 'the metadata has no signing certificate',
    });
  });

  it('is valid for a hundred years when it does not say how long', async () => {
    const { validUntil } = await readMetadata(good, clock.now());
    expect(new Date(validUntil).getUTCFullYear()).toBe(2126);
  });

  it('answers or refuses whatever it is given', async () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '<?',
      '?>',
      '<!--',
      '-->',
      '/',
      '"',
      ' ',
      'EntityDescriptor',
      'xmlns=',
      'a',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        await expect(readMetadata(pieces.join(''), 0)).rejects.toBeInstanceOf(ServiceError);
      }),
    );
  });
});
