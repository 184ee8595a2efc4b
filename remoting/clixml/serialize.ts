import { SecureText } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import { RemotingError } from '../remoting-error';
import { Primitive, type PrimitiveTag } from './primitive';
import { encodeText } from './text';

/** A list with given type names. A plain array becomes an `Object[]`. */
export class TypedList {
  constructor(
    readonly typeNames: readonly string[],
    readonly items: readonly ClixmlInput[],
  ) {}
}

/** A table with given type names. A plain one becomes a Hashtable. */
export class TypedTable {
  constructor(
    readonly typeNames: readonly string[],
    readonly items: { readonly [key: string]: ClixmlInput },
  ) {}
}

/** What can be written. */
export type ClixmlInput =
  | null
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | Date
  | SecureText
  | Primitive
  | TypedList
  | TypedTable
  | readonly ClixmlInput[]
  | { readonly entries: { readonly [key: string]: ClixmlInput } }
  | ClixmlObject;

export interface ClixmlObject extends Omit<PowerShellObject, 'properties'> {
  readonly properties: { readonly [name: string]: ClixmlInput };
}

export interface SerializeOptions {
  /** Encrypts secure strings. Left out: a secure string is refused as `usage`. */
  readonly encrypt?: (plain: SecureText) => Uint8Array;
}

/** Writes one CLIXML element, as a message contains it. */
export function serialize(value: ClixmlInput, options: SerializeOptions = {}): string {
  return new Serializer(options).write(value, '');
}

const OBJECT_ARRAY = ['System.Object[]', 'System.Array', 'System.Object'];
const HASHTABLE = ['System.Collections.Hashtable', 'System.Object'];

/**
 * Objects of these types have their members among the extended properties, as a real PowerShell writes them. An object
 * that Select-Object made has a type before PSCustomObject's (MS-PSRP 2.2.3.21).
 */
const EXTENDED: ReadonlySet<string> = new Set([
  'System.Management.Automation.PSCustomObject',
  'System.Management.Automation.ErrorRecord',
  'System.Management.Automation.WarningRecord',
  'System.Management.Automation.VerboseRecord',
]);

/** Objects of these types without properties are written under tags of their own. */
const TAG_OF_TYPE: { readonly [type: string]: PrimitiveTag } = {
  'System.Guid': 'G',
  'System.Version': 'Version',
  'System.Uri': 'URI',
  'System.TimeSpan': 'TS',
};

class Serializer {
  readonly #options: SerializeOptions;
  /** By the first type name. */
  readonly #typeNames = new Map<string, { readonly names: readonly string[]; readonly id: number }>();
  #nextTypeNames = 0;
  #nextId = 0;

  constructor(options: SerializeOptions) {
    this.#options = options;
  }

  /** @param name the attribute with the value's name in its container, for example ` N="Count"`; may be empty */
  write(value: ClixmlInput, name: string): string {
    if (value === null) return `<Nil${name} />`;
    switch (typeof value) {
      case 'string':
        return `<S${name}>${encodeText(value)}</S>`;
      case 'boolean':
        return `<B${name}>${value}</B>`;
      case 'number':
        return writeNumber(value, name);
      case 'bigint':
        return writeBigInt(value, name);
      default:
        return this.#writeComposite(value, name);
    }
  }

  #writeComposite(
    value: Exclude<ClixmlInput, null | string | boolean | number | bigint>,
    name: string,
  ): string {
    if (value instanceof Uint8Array) return `<BA${name}>${Buffer.from(value).toString('base64')}</BA>`;
    if (value instanceof Date) return `<DT${name}>${value.toISOString()}</DT>`;
    if (value instanceof SecureText) return this.#writeSecure(value, name);
    if (value instanceof Primitive) return `<${value.tag}${name}>${encodeText(value.text)}</${value.tag}>`;
    if (value instanceof TypedList) return this.#writeList(value.typeNames, value.items, name);
    if (value instanceof TypedTable) return this.#writeTable(value.typeNames, value.items, name);
    if (isArray(value)) return this.#writeList(OBJECT_ARRAY, value, name);
    if ('entries' in value) return this.#writeTable(HASHTABLE, value.entries, name);
    return this.#writeObject(value, name);
  }

  #writeSecure(value: SecureText, name: string): string {
    if (this.#options.encrypt === undefined) {
      throw new RemotingError('usage', 'a secure string cannot be written without a session key');
    }
    return `<SS${name}>${Buffer.from(this.#options.encrypt(value)).toString('base64')}</SS>`;
  }

  #writeList(typeNames: readonly string[], items: readonly ClixmlInput[], name: string): string {
    const open = this.#open(typeNames, name);
    let written = '';
    for (const item of items) written += this.write(item, '');
    return `${open}<LST>${written}</LST></Obj>`;
  }

  #writeTable(
    typeNames: readonly string[],
    entries: { readonly [key: string]: ClixmlInput },
    name: string,
  ): string {
    const open = this.#open(typeNames, name);
    let written = '';
    for (const [key, value] of Object.entries(entries)) {
      written += `<En>${this.write(key, ' N="Key"')}${this.write(value, ' N="Value"')}</En>`;
    }
    return `${open}<DCT>${written}</DCT></Obj>`;
  }

  #writeObject(value: ClixmlObject, name: string): string {
    const { text, number, typeNames } = value;
    const members = Object.entries(value.properties);
    const tag = TAG_OF_TYPE[typeNames[0] ?? ''];
    if (tag !== undefined && text !== undefined && members.length === 0) {
      return this.write(new Primitive(tag, text), name);
    }
    const open = this.#open(typeNames, name);
    const toString = text === undefined ? '' : `<ToString>${encodeText(text)}</ToString>`;
    const wrapped = number === undefined ? '' : this.write(number, '');
    // The property sets of the protocol itself have no type (MS-PSRP 2.2.5.2.8).
    const extended = typeNames.length === 0 || typeNames.some((type) => EXTENDED.has(type));
    const container = extended ? 'MS' : 'Props';
    let written = '';
    for (const [member, content] of members) written += this.write(content, ` N="${encodeText(member)}"`);
    const properties =
      members.length > 0 || (extended && text === undefined) ? `<${container}>${written}</${container}>` : '';
    return `${open}${toString}${wrapped}${properties}</Obj>`;
  }

  #open(typeNames: readonly string[], name: string): string {
    const open = `<Obj${name} RefId="${this.#nextId++}">`;
    if (typeNames.length === 0) return open;
    const [first = ''] = typeNames;
    const known = this.#typeNames.get(first);
    if (known !== undefined && isSame(known.names, typeNames)) {
      return `${open}<TNRef RefId="${known.id}" />`;
    }
    const id = this.#nextTypeNames++;
    this.#typeNames.set(first, { names: typeNames, id });
    let written = '';
    for (const type of typeNames) written += `<T>${encodeText(type)}</T>`;
    return `${open}<TN RefId="${id}">${written}</TN>`;
  }
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}

function isArray(value: object): value is readonly ClixmlInput[] {
  return Array.isArray(value);
}

const INT32 = 2 ** 31;
const INT64 = 2n ** 63n;

function writeNumber(value: number, name: string): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    const tag = value >= -INT32 && value < INT32 ? 'I32' : 'I64';
    return `<${tag}${name}>${value}</${tag}>`;
  }
  const text =
    value === Infinity ? 'INF' : value === -Infinity ? '-INF' : Object.is(value, -0) ? '-0' : String(value);
  return `<Db${name}>${text}</Db>`;
}

function writeBigInt(value: bigint, name: string): string {
  if (value >= -INT64 && value < INT64) return `<I64${name}>${value}</I64>`;
  if (value >= 0 && value < 2n * INT64) return `<U64${name}>${value}</U64>`;
  return `<D${name}>${value}</D>`;
}
