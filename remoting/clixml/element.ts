import { SaxesParser } from 'saxes';
import type { Bounds } from '../bounds';
import { protocolError, RemotingError, tooLarge } from '../remoting-error';

export interface Element {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: readonly Element[];
  /** All text directly inside of the element, as the parser gives it. */
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  children: Element[];
  text: string;
}

/**
 * Shared by all elements without attributes or children. An array for each of them would take most of a message's
 * memory.
 */
const NO_ATTRIBUTES: OpenElement['attributes'] = Object.freeze({});
const NO_CHILDREN: Element[] = [];

const BYTE_ORDER_MARK = 0xfeff;

/**
 * Parses strict XML 1.0 without a document type: no processing instructions, and no entities but the five of XML and
 * the given ones. Anything else is refused as `protocol`, and too much of it as `too-large`.
 */
export function parseElement(
  xml: string,
  bounds: Pick<Bounds, 'maxDepth' | 'maxValues'>,
  entities: { readonly [name: string]: string } = {},
): Element {
  const parser = new SaxesParser();
  Object.assign(parser.ENTITIES, entities);
  const open: OpenElement[] = [];
  let root: Element | undefined;
  const names = new Map<string, string>();
  let count = 0;
  let hasAttributes = false;
  const onMarkup = (): void => {
    // Containers, attributes and values all count here. The names of types come on top of the values: hence the factor.
    if (++count > bounds.maxValues * 4) {
      throw tooLarge('the number of values in a message', 'maxValues', bounds.maxValues);
    }
  };

  parser.on('doctype', () => {
    throw protocolError('the message has a document type declaration');
  });
  parser.on('processinginstruction', () => {
    throw protocolError('the message has a processing instruction');
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length >= bounds.maxDepth)
      throw tooLarge('the nesting of a message', 'maxDepth', bounds.maxDepth);
    onMarkup();
    if (!names.has(name)) names.set(name, name);
    open.push({
      name: names.get(name) ?? name,
      attributes: hasAttributes ? attributes : NO_ATTRIBUTES,
      children: NO_CHILDREN,
      text: '',
    });
    hasAttributes = false;
  });
  parser.on('attribute', () => {
    onMarkup();
    hasAttributes = true;
  });
  const onText = (text: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += text;
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const parent = open.at(-1);
    if (parent === undefined) root = closed;
    else if (parent.children === NO_CHILDREN) parent.children = [closed];
    else parent.children.push(closed);
  });
  try {
    parser.write(xml.charCodeAt(0) === BYTE_ORDER_MARK ? xml.slice(1) : xml).close();
  } catch (error) {
    if (error instanceof RemotingError) throw error;
    throw protocolError('the message is not well-formed XML', error);
  }
  if (root === undefined) throw protocolError('the message holds no element');
  return root;
}
