import type { SecureText } from '../../powershell/invocation';
import type { HostTable, HostValue } from '../server/command-host';
import type { Bounds } from '../bounds';
import { protocolError, tooLarge } from '../remoting-error';
import { parseElement, type Element } from './element';
import { nameNoncharacters } from './noncharacters';
import { parseBytes, primitiveKind } from './primitive';
import { decodeText } from './text';
import type { Texts } from './texts';

/** A value and what a bare value does not say: the .NET types, most derived first. */
export interface Typed<V> {
  readonly typeNames: readonly string[];
  readonly value: V;
}

/** What was read, and how much it is. */
export interface Read extends Typed<HostValue> {
  /** How many values it holds, those behind references counted as often as they are referred to. */
  readonly values: number;
}

export interface DeserializeOptions {
  readonly bounds: Pick<Bounds, 'maxDepth' | 'maxMessageBytes' | 'maxValues'>;
  /** Opens secure strings. Left out: they become an object of type `System.Security.SecureString` without content. */
  readonly decrypt?: (cipher: Uint8Array) => SecureText;
  /** Keeps the texts. Left out: a value may hold the whole message. */
  readonly texts?: Texts;
}

const SECURE_STRING = 'System.Security.SecureString';
const LISTS: ReadonlySet<string> = new Set(['LST', 'IE', 'STK', 'QUE']);

/** What a message of output or input without data is (measured with PowerShell 7.6.9). */
export const NULL: Read = { typeNames: ['System.Object'], value: null, values: 1 };

/** Reads one CLIXML element, as it stands in a message. */
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
  /** `undefined` while it is read. */
  typed: Typed<HostValue> | undefined;
  values: number;
  characters: number;
}

/**
 * Reference numbers count through a whole message (MS-PSRP 2.2.5.2.1, 2.2.5.2.3). Values and the characters of their
 * texts are counted as if every reference were written out: a small message must not unfold to a large one in whoever
 * walks the result.
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
    // A reference from inside an object to itself is cut here: what is known so far is its types and its text.
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

  /** What an object wraps: a list, a table, or a primitive (an enum, a string with notes). */
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

/** Sets an own property whatever its name: `__proto__`, which is no plain one, comes over the wire like any other. */
function define(into: Record<string, HostValue>, name: string, value: HostValue): void {
  if (name !== '__proto__') into[name] = value;
  else Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
}

/** The text of a key. Keys are text or numbers in practice; an enum is known by its name. */
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

/** An enum becomes an object with number and text; anything else is what it wraps, its notes left behind. */
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
