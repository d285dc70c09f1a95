import { S3Error } from './errors.ts';

/** An element has children or text, as in all of S3's documents. */
export interface Element {
  readonly name: string;
  readonly children: readonly Element[];
  readonly text: string;
}

const maxDepth = 10;
const nameText = '[A-Za-z_][A-Za-z0-9_.-]*';
const declaration = /^\uFEFF?<\?xml[ \t\r\n][^<>?]*\?>/;
const token = new RegExp(
  `<(/?)(${nameText})((?:[ \\t\\r\\n]+${nameText}(?::${nameText})?[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"[^<"]*"|'[^<']*'))*)[ \\t\\r\\n]*(/?)>|([^<]+)`,
  'y',
);

/**
 * Parses the part of XML that S3's clients write: elements, attributes (which say nothing and are dropped) and text
 * with the predefined entities. Comments, CDATA, processing instructions, prefixes and document types, where two
 * parsers could come to read two documents, are refused. Throws `MalformedXML`.
 */
export function parseXml(body: Uint8Array): Element {
  const text = utf8(body).replace(declaration, '');
  const root: Building = { name: '', children: [], text: '' };
  const open: Building[] = [root];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    const parent = open.at(-1);
    if (match === null || parent === undefined) throw malformed();
    const [, closing, name = '', attributes, selfClosing, characters] = match;
    if (characters !== undefined) {
      parent.text += xmlCharacters(unescaped(characters));
    } else if (closing === '/') {
      if (open.pop()?.name !== name || selfClosing === '/' || attributes !== '') throw malformed();
    } else {
      const element: Building = { name, children: [], text: '' };
      parent.children.push(element);
      if (selfClosing !== '/') open.push(element);
      if (open.length > maxDepth) throw malformed();
    }
  }
  const [document, ...others] = root.children;
  if (document === undefined || others.length > 0 || open.length !== 1 || root.text.trim() !== '')
    throw malformed();
  refuseMixedContent(document);
  return document;
}

/** The text of the only child of a name; undefined when there is none. Throws `MalformedXML` when there are more. */
export function textOf(parent: Element, name: string): string | undefined {
  return only(parent, name)?.text;
}

export function only(parent: Element, name: string): Element | undefined {
  const found = parent.children.filter((child) => child.name === name);
  if (found.length > 1) throw malformed();
  return found[0];
}

/** Throws `MalformedXML` for a child that is not among the known. */
export function onlyChildren(parent: Element, known: readonly string[]): void {
  if (parent.children.some((child) => !known.includes(child.name))) throw malformed();
}

export function malformed(): S3Error {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

interface Building extends Element {
  children: Building[];
  text: string;
}

function refuseMixedContent(element: Element): void {
  if (element.children.length > 0 && element.text.trim() !== '') throw malformed();
  for (const child of element.children) refuseMixedContent(child);
}

function utf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw malformed();
  }
}

/** What XML 1.0 cannot hold could not be written again as it was read. */
function xmlCharacters(text: string): string {
  if (/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text)) throw malformed();
  return text;
}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(
      /&(?:([a-z]+)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&/g,
      (_, name: string | undefined, decimal: string | undefined, hex: string | undefined) => {
        if (name !== undefined) {
          const character = predefined[name];
          if (character === undefined) throw malformed();
          return character;
        }
        const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
        // NaN for a bare ampersand.
        if (!(code > 0 && code <= 0x10ffff) || (code >= 0xd800 && code < 0xe000)) throw malformed();
        return String.fromCodePoint(code);
      },
    );
}
