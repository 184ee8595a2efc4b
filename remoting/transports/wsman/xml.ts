import type { Bounds } from '../../bounds';
import { parseElement, type Element } from '../../clixml/element';
import { escapeMarkup } from '../../clixml/text';
import { protocolError } from '../../remoting-error';

/** An element with its namespace resolved. */
export interface XmlElement {
  /** `{namespace}name`. */
  readonly name: string;
  /** By name; `{namespace}name` where the attribute has a prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

type Scope = ReadonlyMap<string, string>;

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const OUTERMOST: Scope = new Map([
  ['', ''],
  ['xml', XML_NAMESPACE],
]);

/** Strict XML with namespaces, within bounds; see `parseElement`. */
export function parseXml(text: string, bounds: Pick<Bounds, 'maxDepth' | 'maxValues'>): XmlElement {
  return resolve(parseElement(text, bounds), OUTERMOST);
}

function resolve(element: Element, outer: Scope): XmlElement {
  const scope = declaredIn(element, outer);
  const attributes = new Map<string, string>();
  for (const [name, value] of Object.entries(element.attributes)) {
    if (name === 'xmlns' || name.startsWith('xmlns:')) continue;
    // An attribute without a prefix is in no namespace (Namespaces in XML 1.0, section 6.2).
    attributes.set(name.includes(':') ? expand(name, scope) : name, value);
  }
  return {
    name: expand(element.name, scope),
    attributes,
    children: element.children.map((child) => resolve(child, scope)),
    text: element.text,
  };
}

function declaredIn(element: Element, outer: Scope): Scope {
  const declared = Object.entries(element.attributes).filter(([name]) => /^xmlns(:|$)/.test(name));
  if (declared.length === 0) return outer;
  return new Map([...outer, ...declared.map(([name, uri]) => [name.slice(6), uri] as const)]);
}

function expand(name: string, scope: Scope): string {
  const colon = name.indexOf(':');
  const uri = scope.get(colon < 0 ? '' : name.slice(0, colon));
  if (uri === undefined) throw protocolError('the message uses a prefix that it does not declare');
  return uri === '' ? name : `{${uri}}${name.slice(colon + 1)}`;
}

/** The first child of that name. */
export function child(
  element: XmlElement | undefined,
  namespace: string,
  name: string,
): XmlElement | undefined {
  return element?.children.find((candidate) => candidate.name === `{${namespace}}${name}`);
}

export function childrenOf(
  element: XmlElement | undefined,
  namespace: string,
  name: string,
): readonly XmlElement[] {
  return element?.children.filter((candidate) => candidate.name === `{${namespace}}${name}`) ?? [];
}

type Attributes = { readonly [name: string]: string };

/** An element as text; `content` is markup already. */
export function markup(name: string, attributes: Attributes = {}, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeMarkup(value)}"`);
  return content === ''
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content}</${name}>`;
}

/** An element that holds text alone. */
export function textElement(name: string, text: string, attributes: Attributes = {}): string {
  return markup(name, attributes, escapeMarkup(text));
}
