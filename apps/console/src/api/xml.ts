/** An element of an answer of AWS Query. */
export interface XmlElement {
  readonly name: string;
  /** Its characters, when it has no elements in it. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads the XML that AWS Query services answer with: elements and characters, where attributes mean nothing. The
 * browser's own parser is out of reach, as it is for pages that allow no markup from strings (Trusted Types).
 * Throws when elements do not close as they open.
 */
export function readXml(text: string): XmlElement {
  const root = { name: '', text: '', children: [] as XmlElement[] };
  const open: (typeof root)[] = [root];
  for (const [token, close, name = '', empty] of text.matchAll(
    /<\?[^>]*\?>|<(\/?)([\w:.-]+)(?:[^>"']|"[^"]*"|'[^']*')*?(\/?)>|[^<]+/g,
  )) {
    const parent = open.at(-1);
    if (parent === undefined) throw new SyntaxError('the answer is not well-formed XML');
    if (!token.startsWith('<')) {
      parent.text += unescaped(token);
    } else if (close === '/') {
      if (open.pop()?.name !== name) throw new SyntaxError('the answer is not well-formed XML');
    } else if (name !== '') {
      const element = { name, text: '', children: [] };
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [document] = root.children;
  if (document === undefined || open.length !== 1) throw new SyntaxError('the answer is not well-formed XML');
  return document;
}

function unescaped(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16));
  });
}

/** The element at the end of a path of names, undefined where there is none. */
export function find(element: XmlElement, ...path: readonly string[]): XmlElement | undefined {
  let at: XmlElement | undefined = element;
  for (const name of path) at = at?.children.find((child) => child.name === name);
  return at;
}

/** The text at the end of a path of names, empty where there is none. */
export function textAt(element: XmlElement, ...path: readonly string[]): string {
  return find(element, ...path)?.text ?? '';
}

/** The members of the list at the end of a path of names. */
export function membersAt(element: XmlElement, ...path: readonly string[]): readonly XmlElement[] {
  return find(element, ...path)?.children ?? [];
}
