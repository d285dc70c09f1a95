const token = /<\?[^>]*\?>|<(\/?)([\w:.-]+)[^<>]*?(\/?)>|([^<]+)/g;

type Element = Record<string, unknown>;

interface Open {
  readonly name: string;
  readonly children: Element;
  readonly members: unknown[];
  text: string;
}

/**
 * An AWS Query answer as plain values: an element is its text or, with elements inside, an object; `member` elements
 * make a list, and an empty list is the empty text. Returns undefined for what is no such answer.
 */
export function parseXml(xml: string): Element | undefined {
  const root = open('');
  const path: Open[] = [root];
  let at = 0;
  for (const match of xml.matchAll(token)) {
    const [whole, closes, name, isEmpty, text] = match;
    if (match.index !== at) return undefined;
    at += whole.length;
    const inner = path.at(-1);
    if (inner === undefined) return undefined;
    if (text !== undefined) inner.text += text;
    else if (name === undefined) continue;
    else if (closes !== '/') {
      path.push(open(name));
      if (isEmpty === '/') close(path);
    } else if (inner.name !== name || !close(path)) return undefined;
  }
  const isWhole = path.length === 1 && at === xml.length && Object.keys(root.children).length > 0;
  return isWhole ? root.children : undefined;
}

function open(name: string): Open {
  return { name, children: Object.create(null), members: [], text: '' };
}

function close(path: Open[]): boolean {
  const done = path.pop();
  const parent = path.at(-1);
  if (done === undefined || parent === undefined) return false;
  const value =
    done.members.length > 0
      ? done.members
      : Object.keys(done.children).length > 0
        ? done.children
        : unescaped(done.text);
  if (done.name === 'member') parent.members.push(value);
  else parent.children[done.name] = value;
  return true;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
