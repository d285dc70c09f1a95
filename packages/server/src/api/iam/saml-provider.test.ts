import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../errors.ts';
import { readMetadata } from './saml-provider.ts';

const namespace = 'urn:oasis:names:tc:SAML:2.0:metadata';
const now = Date.UTC(2026, 0, 1);

describe('readMetadata', () => {
  it.each([
    ['a descriptor', `<EntityDescriptor xmlns="${namespace}" entityID="a"></EntityDescriptor>`],
    [
      'one with a prefix',
      `<md:EntityDescriptor xmlns:md='${namespace}' entityID='a'>x</md:EntityDescriptor>\n`,
    ],
    [
      'one after a declaration and comments',
      `<?xml version="1.0"?>\n<!-- <a> -->\n<!----><EntityDescriptor entityID="a" xmlns="${namespace}"><a/></EntityDescriptor>`,
    ],
  ])('takes %s', (_, metadata) => {
    expect(readMetadata(metadata, now)).toMatchObject({ metadata });
  });

  it.each([
    ['no XML', 'metadata'],
    ['nothing', ''],
    ['another root', `<EntitiesDescriptor xmlns="${namespace}" entityID="a"></EntitiesDescriptor>`],
    [
      'a descriptor within another root',
      `<a><EntityDescriptor xmlns="${namespace}" entityID="a"></EntityDescriptor></a>`,
    ],
    ['another namespace', '<EntityDescriptor xmlns="urn:other" entityID="a"></EntityDescriptor>'],
    ['no entity', `<EntityDescriptor xmlns="${namespace}"></EntityDescriptor>`],
    ['no end', `<EntityDescriptor xmlns="${namespace}" entityID="a">`],
    [
      'a document type',
      `<!DOCTYPE a><EntityDescriptor xmlns="${namespace}" entityID="a"></EntityDescriptor>`,
    ],
    ['an open comment', `<!-- <EntityDescriptor xmlns="${namespace}" entityID="a"></EntityDescriptor>`],
    ['no date', `<EntityDescriptor xmlns="${namespace}" validUntil="soon" entityID="a"></EntityDescriptor>`],
  ])('refuses %s', (_, metadata) => {
    expect(() => readMetadata(metadata, now)).toThrow('Could not parse metadata');
  });

  it('is valid for a hundred years when it does not say how long', () => {
    const { validUntil } = readMetadata(
      `<EntityDescriptor xmlns="${namespace}" entityID="a"></EntityDescriptor>`,
      now,
    );
    expect(new Date(validUntil).getUTCFullYear()).toBe(2126);
  });

  it('answers or refuses whatever it is given', () => {
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
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          readMetadata(pieces.join(''), now);
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
        }
      }),
    );
  });
});
