import type { SecureText } from '../../powershell/invocation';
import type { HostTable, HostValue } from '../server/command-host';
import type { Bounds } from '../bounds';
import { protocolError, tooLarge } from '../remoting-error';
import { parseElement, type Element } from './element';
import { nameNoncharacters } from './noncharacters';
import { parseBytes, primitiveKind } from './primitive';
import { decodeText } from './text';
import type { Texts } from './texts';

/** A value with its .NET types, most derived first, which the value by itself does not tell. */
export interface Typed<V> {
  readonly typeNames: readonly string[];
  readonly value: V;
}

/** A value that was read, and its size. */
export interface Read extends Typed<HostValue> {
  /** How many values it contains. A value counts once for each reference to it. */
  readonly values: number;
}

export interface DeserializeOptions {
  readonly bounds: Pick<Bounds, 'maxDepth' | 'maxMessageBytes' | 'maxValues'>;
  /**
   * Decrypts secure strings. Left out: a secure string becomes an object of type `System.Security.SecureString` without
   * content.
   */
  readonly decrypt?: (cipher: Uint8Array) => SecureText;
  /** Shares equal texts among all that is read. Left out: each text may keep its whole message in memory. */
  readonly texts?: Texts;
}

const SECURE_STRING = 'System.Security.SecureString';
const LISTS: ReadonlySet<string> = new Set(['LST', 'IE', 'STK', 'QUE']);

/** The meaning of a message of input or output without data (measured with PowerShell 7.6.9). */
export const NULL: Read = { typeNames: ['System.Object'], value: null, values: 1 };

/** Reads one CLIXML element, as a message contains it. */
export function deserialize(xml: string, options: DeserializeOptions): Read {
  const deserializer = new Deserializer(options);
  const { typeNames, value } = deserializer.read(parse(xml, options));
  return { typeNames, value, values: deserializer.values };
}

/** Reads the elements of an `Objs` document, as Export-Clixml writes it. */
export function deserializeDocument(xml: string, options: DeserializeOptions): readonly Typed<HostValue>[] {
  const root = parse(xml, options);
  if (root.name !== 'Objs') throw protocolError(`a CLIXML document begins with Objs, not ${root.name}`);
  const deserializer = new Deserializer(options);
  return root.children.map((child) => deserializer.read(child));
}

function parse(xml: string, { bounds }: DeserializeOptions): Element {
  const named = nameNoncharacters(xml);
  return parseElement(named.xml, bounds, named.entities);
}

interface Known {
  readonly head: Head;
  /** `undefined` as long as the object is being read. */
  typed: Typed<HostValue> | undefined;
  values: number;
  characters: number;
}

/**
 * References are numbered through a whole message (MS-PSRP 2.2.5.2.1, 2.2.5.2.3). Values, and the characters of texts,
 * are counted as if every reference were written out: otherwise a small message could become a huge tree for whoever
 * walks through the result.
 */
class Deserializer {
  readonly #options: DeserializeOptions;
  readonly #objects = new Map<string, Known>();
  readonly #typeNames = new Map<string, readonly string[]>();
  readonly #texts: Texts | undefined;
  #values = 0;
  #characters = 0;

  constructor(options: DeserializeOptions) {
    this.#options = options;
    this.#texts = options.texts;
  }

  get values(): number {
    return this.#values;
  }

  read(element: Element): Typed<HostValue> {
    if (element.name === 'Obj') return this.#object(element);
    if (element.name === 'Ref') return this.#reference(element);
    this.#add(1);
    return this.#primitive(element);
  }

  #keep(text: string): string {
    this.#add(0, text.length);
    return this.#texts?.keep(text) ?? text;
  }

  #add(values: number, characters = 0): void {
    const { maxMessageBytes, maxValues } = this.#options.bounds;
    this.#values += values;
    this.#characters += characters;
    if (this.#values > maxValues) throw tooLarge('the number of values in a message', 'maxValues', maxValues);
    if (this.#characters > maxMessageBytes) {
      throw tooLarge('the text of a message', 'maxMessageBytes', maxMessageBytes);
    }
  }

  #primitive(element: Element): Typed<HostValue> {
    if (element.children.length > 0) throw protocolError(`${element.name} holds elements`);
    if (element.name === 'SS') return this.#secureString(element);
    const kind = primitiveKind(element.name);
    if (kind === undefined) throw protocolError(`unknown element ${element.name.slice(0, 40)}`);
    const value = kind.parse(element.text);
    return { typeNames: kind.typeNames, value: typeof value === 'string' ? this.#keep(value) : value };
  }

  #secureString(element: Element): Typed<HostValue> {
    if (this.#options.decrypt === undefined) {
      return {
        typeNames: [SECURE_STRING],
        value: { typeNames: [SECURE_STRING], text: SECURE_STRING, properties: {} },
      };
    }
    return { typeNames: [SECURE_STRING], value: this.#options.decrypt(parseBytes(element.text)) };
  }

  #reference(element: Element): Typed<HostValue> {
    const known = this.#objects.get(referenceId(element));
    if (known === undefined) throw protocolError('a reference points at no earlier object');
    this.#add(known.values, known.characters);
    // An object that refers to itself is cut off here. Only its types and its text are known so far.
    return known.typed ?? asObject(known.head, {});
  }

  #object(element: Element): Typed<HostValue> {
    const id = element.attributes['RefId'];
    if (id !== undefined && this.#objects.has(id)) throw protocolError('two objects have one RefId');
    const [values, characters] = [this.#values, this.#characters];
    this.#add(1);
    const head = this.#head(element);
    const known: Known = { head, typed: undefined, values: 1, characters: head.text?.length ?? 0 };
    if (id !== undefined) this.#objects.set(id, known);
    known.typed = this.#body(element, head);
    known.values = this.#values - values;
    known.characters = this.#characters - characters;
    return known.typed;
  }

  #head(element: Element): Head {
    let typeNames: readonly string[] = [];
    let text: string | undefined;
    for (const child of element.children) {
      if (child.name === 'TN') typeNames = this.#declareTypeNames(child);
      else if (child.name === 'TNRef') typeNames = this.#knownTypeNames(child);
      else if (child.name === 'ToString') text = this.#keep(decodeText(child.text));
    }
    return { typeNames, text };
  }

  #declareTypeNames(element: Element): readonly string[] {
    const written = element.children.map((child) => {
      if (child.name !== 'T') throw protocolError('TN holds something else than T');
      return decodeText(child.text);
    });
    const names = this.#texts?.keepAll(written) ?? written;
    this.#typeNames.set(referenceId(element), names);
    return names;
  }

  #knownTypeNames(element: Element): readonly string[] {
    const names = this.#typeNames.get(referenceId(element));
    if (names === undefined) throw protocolError('TNRef points at no earlier type names');
    return names;
  }

  #body(element: Element, head: Head): Typed<HostValue> {
    const properties: Record<string, HostValue> = {};
    let content: Typed<HostValue> | undefined;
    for (const child of element.children) {
      switch (child.name) {
        case 'TN':
        case 'TNRef':
        case 'ToString':
          break;
        case 'Props':
        case 'MS':
          this.#members(child, properties);
          break;
        default:
          if (content !== undefined) throw protocolError('an object holds two contents');
          content = this.#content(child);
      }
    }
    if (content === undefined) return asObject(head, properties);
    return combine(head, content, properties);
  }

  /** The value that an object wraps: a list, a table, or a primitive (of an enum, or of a string with properties). */
  #content(element: Element): Typed<HostValue> {
    if (LISTS.has(element.name)) {
      return { typeNames: [], value: element.children.map((child) => this.read(child).value) };
    }
    if (element.name === 'DCT') return { typeNames: [], value: this.#table(element) };
    return this.read(element);
  }

  #members(element: Element, into: Record<string, HostValue>): void {
    for (const child of element.children) {
      const name = child.attributes['N'];
      if (name === undefined) throw protocolError('a property has no name');
      define(into, decodeText(name), this.read(child).value);
    }
  }

  #table(element: Element): HostTable {
    const entries: Record<string, HostValue> = {};
    for (const entry of element.children) {
      const key = entry.children.find((child) => child.attributes['N'] === 'Key');
      const value = entry.children.find((child) => child.attributes['N'] === 'Value');
      if (entry.name !== 'En' || key === undefined || value === undefined || entry.children.length !== 2) {
        throw protocolError('an entry of a table is not a key and a value');
      }
      define(entries, keyText(this.read(key).value), this.read(value).value);
    }
    return { entries };
  }
}

interface Head {
  readonly typeNames: readonly string[];
  readonly text: string | undefined;
}

function referenceId(element: Element): string {
  const id = element.attributes['RefId'];
  if (id === undefined || !/^\d{1,10}$/.test(id)) throw protocolError(`${element.name} has no RefId`);
  return id;
}

/**
 * Sets an own property whatever its name: the peer may send `__proto__`, to which a plain assignment would do something
 * else.
 */
function define(into: Record<string, HostValue>, name: string, value: HostValue): void {
  if (name !== '__proto__') into[name] = value;
  else Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
}

/** The text of a key. Keys are texts or numbers in practice; for an enum it is the name. */
function keyText(value: HostValue): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      if (value !== null && 'text' in value && value.text !== undefined) return value.text;
      throw protocolError('the key of a table is neither text nor number');
  }
}

function asObject(head: Head, properties: { readonly [name: string]: HostValue }): Typed<HostValue> {
  const text = head.text === undefined ? {} : { text: head.text };
  return { typeNames: head.typeNames, value: { typeNames: head.typeNames, ...text, properties } };
}

/**
 * An enum becomes an object with number and text. Any other object becomes the value that it wraps, without its
 * properties.
 */
function combine(
  head: Head,
  content: Typed<HostValue>,
  properties: { readonly [name: string]: HostValue },
): Typed<HostValue> {
  const { value } = content;
  if (typeof value === 'number' && head.text !== undefined) {
    return {
      typeNames: head.typeNames,
      value: { typeNames: head.typeNames, text: head.text, number: value, properties },
    };
  }
  return { typeNames: head.typeNames.length > 0 ? head.typeNames : content.typeNames, value };
}
