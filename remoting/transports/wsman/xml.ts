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

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/** Strict XML with namespaces, within bounds; see `parseElement`. */
export function parseXml(text: string, bounds: Pick<Bounds, 'maxDepth' | 'maxValues'>): XmlElement {
  return new Resolver().resolve(parseElement(text, bounds));
}

/**
 * Resolves prefixes. There is one table of the declarations in force, and an element undoes its own at its end: with a
 * table for each element, every one would copy the declarations around it.
 */
class Resolver {
  readonly #scope = new Map<string, string>([
    ['', ''],
    ['xml', XML_NAMESPACE],
  ]);

  resolve(element: Element): XmlElement {
    const written = Object.entries(element.attributes);
    const before = this.#declare(written);
    const resolved = {
      name: this.#expand(element.name),
      attributes: this.#attributes(written),
      children: element.children.map((child) => this.resolve(child)),
      text: element.text,
    };
    for (const [prefix, uri] of before) {
      if (uri === undefined) this.#scope.delete(prefix);
      else this.#scope.set(prefix, uri);
    }
    return resolved;
  }

  /** Applies an element's declarations. Gives what these prefixes stood for before. */
  #declare(
    written: readonly (readonly [string, string])[],
  ): readonly (readonly [string, string | undefined])[] {
    return written
      .filter(([name]) => isDeclaration(name))
      .map(([name, uri]) => {
        const prefix = name.slice('xmlns:'.length);
        const before = this.#scope.get(prefix);
        this.#scope.set(prefix, uri);
        return [prefix, before] as const;
      });
  }

  #attributes(written: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
    const own = written.filter(([name]) => !isDeclaration(name));
    if (own.length === 0) return NO_ATTRIBUTES;
    // An attribute without a prefix is in no namespace (Namespaces in XML 1.0, section 6.2).
    return new Map(own.map(([name, value]) => [name.includes(':') ? this.#expand(name) : name, value]));
  }

  #expand(name: string): string {
    const colon = name.indexOf(':');
    const uri = this.#scope.get(colon < 0 ? '' : name.slice(0, colon));
    if (uri === undefined) throw protocolError('the message uses a prefix that it does not declare');
    return uri === '' ? name : `{${uri}}${name.slice(colon + 1)}`;
  }
}

function isDeclaration(attribute: string): boolean {
  return attribute === 'xmlns' || attribute.startsWith('xmlns:');
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

/** An element as text. `content` is markup already. */
export function markup(name: string, attributes: Attributes = {}, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeMarkup(value)}"`);
  return content === ''
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content}</${name}>`;
}

/** An element that contains only text. */
export function textElement(name: string, text: string, attributes: Attributes = {}): string {
  return markup(name, attributes, escapeMarkup(text));
}
