import { parseXml2JsFromString } from '@node-saml/node-saml/lib/xml.js';

/** An element as xml2js gives it: attributes under `$`, text under `_`, children under their names without prefix. */
export type XmlElement = Readonly<Record<string, unknown>>;

/** Parses a document; the result has its root element as only child. Throws when it is not well-formed. */
export async function parseXml(text: string): Promise<XmlElement> {
  return asElement(await parseXml2JsFromString(text));
}

export function asElement(value: unknown): XmlElement {
  return typeof value === 'object' && value !== null ? (value as XmlElement) : {};
}

export function children(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  const found = element && Object.hasOwn(element, name) ? element[name] : undefined;
  if (found === undefined) return [];
  return (Array.isArray(found) ? found : [found]).map((child) =>
    typeof child === 'string' ? { _: child } : asElement(child),
  );
}

export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  const attributes = asElement(element?.$);
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Names and values, namespace declarations among them. */
export function attributes(element: XmlElement | undefined): readonly (readonly [string, unknown])[] {
  return Object.entries(asElement(element?.$));
}

/** As it stands: a name with a space before it is another name. */
export function textOf(element: XmlElement | undefined): string | undefined {
  return typeof element?._ === 'string' ? element._ : undefined;
}
