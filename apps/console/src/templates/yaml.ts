/** What a template is made of; members that are undefined are left out. */
export type Value =
  | string
  | number
  | boolean
  | undefined
  | readonly Value[]
  | { readonly [name: string]: Value };

/** A value as a YAML block. */
export function yaml(value: Value, indent = 0): string {
  const margin = ' '.repeat(indent);
  if (isList(value))
    return value.map((item) => `${margin}- ${yaml(item, indent + 2).trimStart()}`).join('\n');
  if (typeof value !== 'object') return `${margin}${scalar(value)}`;
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => {
      const isBlock = typeof member === 'object' && Object.keys(member).length > 0;
      return `${margin}${key(name)}:${isBlock ? `\n${yaml(member, indent + 2)}` : ` ${scalar(member)}`}`;
    })
    .join('\n');
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function key(name: string): string {
  return /^[A-Za-z][A-Za-z0-9]*$/.test(name) ? name : JSON.stringify(name);
}

/** Quoted unless no reader of YAML could take it for something else. */
function scalar(value: Value): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const isPlain = /^(AWS::[\w:]+|[A-Z][A-Za-z]{3,})$/.test(value) && !/^(true|false|null)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}
