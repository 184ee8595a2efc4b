import { MEMBER, PRIMITIVE, RECORD } from '../../../nrbf/record-type';

/** The data of a certificate in Exchange's own serialization. */
export interface SerializedCertificate {
  readonly certData: Uint8Array;
  /** The numbers of the enums `CertificateStatus`, `CertificateAuthorityType` and `AllowedServices`. */
  readonly status: number;
  readonly rootCaType: number;
  readonly services: number;
  /** Paths such as `IIS://EX1/W3SVC/1`. */
  readonly sites: readonly string[];
  readonly exportable: boolean;
  readonly identity: string;
}

/** The parts that differ between builds of the class, and are not content. */
export interface SerializedLayout {
  /** The assembly of Exchange's types. */
  readonly library: string;
  /** The assembly of `System.Uri`. Left out: URIs are text. */
  readonly uriLibrary?: string;
  /** The change counter (`_version`) of a list with this number of sites. */
  readonly listVersion: (sites: number) => number;
}

/** The layout in recorded answers of Exchange 2016. */
export const EXCHANGE_LAYOUT: SerializedLayout = {
  library:
    'Microsoft.Exchange.Management, Version=15.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35',
  uriLibrary: 'System, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089',
  listVersion: () => 1,
};

const TASKS = 'Microsoft.Exchange.Management.SystemConfigurationTasks';
const EXCHANGE_LIBRARY = 2;
/** The first capacity of a growing `List<T>`. */
const LIST_ROOM = 4;

/** The `SerializationData` of a certificate, record for record as `BinaryFormatter` writes it ([MS-NRBF]). */
export function serializationData(
  certificate: SerializedCertificate,
  layout: SerializedLayout = EXCHANGE_LAYOUT,
): Uint8Array {
  return new SerializedStream(layout).write(certificate);
}

/** The type of a member in a class record: its kind, then the further information of that kind. */
type MemberType = readonly [kind: number, ...more: (number | string | { readonly library: number })[]];

const exchangeClass = (name: string): MemberType => [
  MEMBER.class,
  `${TASKS}.${name}`,
  { library: EXCHANGE_LIBRARY },
];

class SerializedStream {
  readonly #bytes: number[] = [];
  /** Objects and libraries share one sequence of ids, in the order in which they appear. */
  #lastId = 0;
  /** The id of the first object of each class. Later objects refer to it instead of repeating the list of members. */
  readonly #classes = new Map<string, number>();

  constructor(private readonly layout: SerializedLayout) {}

  write({ certData, status, rootCaType, services, sites, exportable, identity }: SerializedCertificate) {
    const list = `System.Collections.Generic.List\`1[[${TASKS}.IisService, ${this.layout.library}]]`;
    const root = this.#id();
    this.#record(RECORD.header, root, -1, 1, 0);
    this.#library(this.#id(), this.layout.library);
    this.#class(root, `${TASKS}.ExchangeCertificate`, {
      CertData: [MEMBER.primitiveArray, PRIMITIVE.byte],
      SelfSigned: [MEMBER.primitive, PRIMITIVE.boolean],
      Status: exchangeClass('CertificateStatus'),
      RootCAType: exchangeClass('CertificateAuthorityType'),
      Services: exchangeClass('AllowedServices'),
      IISServices: [MEMBER.systemClass, list],
      PrivateKeyExportable: [MEMBER.primitive, PRIMITIVE.boolean],
      Identity: [MEMBER.string],
    });
    const data = this.#reference();
    // True in every recorded answer, whoever issued the certificate.
    this.#bytes.push(1);
    this.#enum('CertificateStatus', status);
    this.#enum('CertificateAuthorityType', rootCaType);
    this.#enum('AllowedServices', services);
    const siteList = this.#reference();
    this.#bytes.push(exportable ? 1 : 0);
    this.#string(identity);
    this.#record(RECORD.primitiveArray, data, certData.length);
    this.#bytes.push(PRIMITIVE.byte, ...certData);
    this.#siteList(siteList, list, sites);
    this.#bytes.push(RECORD.end);
    return Uint8Array.from(this.#bytes);
  }

  #siteList(id: number, className: string, sites: readonly string[]): void {
    this.#class(
      id,
      className,
      {
        _items: [MEMBER.class, `${TASKS}.IisService[]`, { library: EXCHANGE_LIBRARY }],
        _size: [MEMBER.primitive, PRIMITIVE.int32],
        _version: [MEMBER.primitive, PRIMITIVE.int32],
      },
      null,
    );
    const items = this.#reference();
    this.#int32(sites.length);
    this.#int32(this.layout.listVersion(sites.length));
    const room = sites.length === 0 ? 0 : LIST_ROOM;
    this.#record(RECORD.array, items);
    this.#bytes.push(0);
    this.#int32(1);
    this.#int32(room);
    this.#types([exchangeClass('IisService')]);
    const ids = sites.map(() => this.#reference());
    this.#nulls(room - sites.length);
    sites.forEach((site, index) => this.#site(ids[index]!, site));
  }

  #site(id: number, path: string): void {
    const { uriLibrary } = this.layout;
    const url = (): MemberType =>
      uriLibrary === undefined
        ? [MEMBER.string]
        : [MEMBER.class, 'System.Uri', { library: this.#classes.get(uriLibrary)! }];
    if (uriLibrary !== undefined && !this.#classes.has(uriLibrary)) {
      const library = this.#id();
      this.#classes.set(uriLibrary, library);
      this.#library(library, uriLibrary);
    }
    this.#class(id, `${TASKS}.IisService`, {
      serviceName: [MEMBER.string],
      internalUrl: url(),
      internalUrlValid: exchangeClass('UrlValidation'),
      externalUrl: url(),
      externalUrlValid: exchangeClass('UrlValidation'),
    });
    this.#string(path);
    for (let side = 0; side < 2; side += 1) {
      this.#bytes.push(RECORD.null);
      this.#enum('UrlValidation', 0);
    }
  }

  /** A value of an enum. Like every value type it has a negative id. */
  #enum(name: string, value: number): void {
    this.#class(-this.#id(), `${TASKS}.${name}`, { value__: [MEMBER.primitive, PRIMITIVE.int32] });
    this.#int32(value);
  }

  #class(
    id: number,
    name: string,
    members: { readonly [name: string]: MemberType },
    library: number | null = EXCHANGE_LIBRARY,
  ): void {
    const first = this.#classes.get(name);
    if (first !== undefined) {
      this.#record(RECORD.classWithId, id, first);
      return;
    }
    this.#classes.set(name, id);
    const type = library === null ? RECORD.systemClassWithMembersAndTypes : RECORD.classWithMembersAndTypes;
    this.#record(type, id);
    this.#text(name);
    this.#int32(Object.keys(members).length);
    for (const member of Object.keys(members)) this.#text(member);
    this.#types(Object.values(members));
    if (library !== null) this.#int32(library);
  }

  #types(types: readonly MemberType[]): void {
    this.#bytes.push(...types.map(([kind]) => kind));
    for (const part of types.flatMap(([, ...more]) => more)) {
      if (typeof part === 'string') this.#text(part);
      else if (typeof part === 'number') this.#bytes.push(part);
      else this.#int32(part.library);
    }
  }

  #reference(): number {
    const id = this.#id();
    this.#record(RECORD.reference, id);
    return id;
  }

  #nulls(count: number): void {
    if (count === 1) this.#bytes.push(RECORD.null);
    else if (count > 1) this.#bytes.push(RECORD.nullMultiple256, count);
  }

  #string(text: string): void {
    this.#record(RECORD.string, this.#id());
    this.#text(text);
  }

  #library(id: number, name: string): void {
    this.#record(RECORD.library, id);
    this.#text(name);
  }

  #record(type: number, ...numbers: readonly number[]): void {
    this.#bytes.push(type);
    for (const number of numbers) this.#int32(number);
  }

  #int32(value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    this.#bytes.push(...bytes);
  }

  /** The length in UTF-8 bytes, seven bits in each byte, then the text. */
  #text(text: string): void {
    const bytes = Buffer.from(text);
    let length = bytes.length;
    for (; length >= 0x80; length >>>= 7) this.#bytes.push((length & 0x7f) | 0x80);
    this.#bytes.push(length, ...bytes);
  }

  #id(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}
