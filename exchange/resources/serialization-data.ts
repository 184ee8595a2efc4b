import { isNrbfObject, readNrbf, type NrbfObject, type NrbfValue } from '../../nrbf';
import { servicesOfFlags } from './allowed-services';

/** The contents of Exchange's own serialization of a certificate; null where they cannot be determined. */
export interface SerializedCertificate {
  readonly services: readonly string[] | null;
  readonly status: string | null;
  readonly privateKeyExportable: boolean | null;
  /** Numbers of IIS sites, ascending. */
  readonly iisSites: readonly number[] | null;
}

const TASKS = 'Microsoft.Exchange.Management.SystemConfigurationTasks';

/** SerializedStreamHeader of an object: root 1, header -1, version 1.0 ([MS-NRBF] 2.6.1). */
const HEADER = Buffer.from('0001000000ffffffff0100000000000000', 'hex');
/** Far more than a signature needs around its content. Each header costs an attempt to parse. */
const MOST_HEADERS = 8;

/**
 * Reads `SerializationData` of a certificate. Exchange has signed it since November 2023, and the format of signed data
 * is not published. The stream is therefore searched for at each occurrence of its header, and accepted if it can be
 * parsed to its end and contains the requested certificate.
 *
 * @param der the certificate that it must contain
 */
export function serializedCertificate(data: Uint8Array, der: Uint8Array): SerializedCertificate | null {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  let start = bytes.indexOf(HEADER);
  for (let tries = 0; start >= 0 && tries < MOST_HEADERS; tries += 1) {
    const reading = readNrbf(bytes.subarray(start));
    if (reading.kind === 'read' && isOf(reading.root, der)) return described(reading.root);
    start = bytes.indexOf(HEADER, start + 1);
  }
  return null;
}

function isOf({ className, members }: NrbfObject, der: Uint8Array): boolean {
  const data = members.get('CertData');
  if (className !== `${TASKS}.ExchangeCertificate` || !(data instanceof Uint8Array)) return false;
  return [data, certificateInStoreForm(data)].some(
    (held) => held !== null && Buffer.compare(held, der) === 0,
  );
}

/** CERT_CERT_PROP_ID of wincrypt.h: the element with the certificate itself, after its properties. */
const CERTIFICATE_ELEMENT = 32;

/**
 * The certificate within Windows' serialized form (`X509ContentType.SerializedCert`), which real servers put into
 * `CertData`: elements of a kind, an encoding, a length and a value.
 */
function certificateInStoreForm(data: Uint8Array): Uint8Array | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let offset = 0;
  while (offset + 12 <= data.length) {
    const [kind, length] = [view.getUint32(offset, true), view.getUint32(offset + 8, true)];
    const value = data.subarray(offset + 12, offset + 12 + length);
    if (value.length < length) return null;
    if (kind === CERTIFICATE_ELEMENT) return value;
    offset += 12 + length;
  }
  return null;
}

function described({ members }: NrbfObject): SerializedCertificate {
  const services = enumNumber(members.get('Services'));
  const status = enumNumber(members.get('Status'));
  const exportable = members.get('PrivateKeyExportable');
  return {
    services: services === null ? null : servicesOfFlags(services),
    status: status === null ? null : statusOfNumber(status),
    privateKeyExportable: typeof exportable === 'boolean' ? exportable : null,
    iisSites: sitesOf(members.get('IISServices')),
  };
}

/** The name of a `CertificateStatus` value. Only Valid is seen in recorded answers; others stay numbers, as text. */
export function statusOfNumber(status: number): string {
  return status === 1 ? 'Valid' : String(status);
}

function enumNumber(value: NrbfValue | undefined): number | null {
  const number = isNrbfObject(value) ? value.members.get('value__') : undefined;
  return typeof number === 'number' ? number : null;
}

/** A `List<IisService>`, of which only the first `_size` items count. */
function sitesOf(list: NrbfValue | undefined): readonly number[] | null {
  if (!isNrbfObject(list)) return null;
  const [items, size] = [list.members.get('_items'), list.members.get('_size')];
  if (!Array.isArray(items) || typeof size !== 'number' || size < 0 || size > items.length) return null;
  return siteNumbers(
    (items as readonly NrbfValue[]).slice(0, size).map((item) => {
      const name = isNrbfObject(item) ? item.members.get('serviceName') : undefined;
      return typeof name === 'string' ? name : null;
    }),
  );
}

/**
 * Numbers of the sites in paths such as `IIS://EX1/W3SVC/1`, ascending: 1 is the Default Web Site, 2 the Exchange Back
 * End. Null where one of the texts is not such a path.
 */
export function siteNumbers(paths: readonly (string | null)[]): readonly number[] | null {
  const numbers = paths.map((path) => /\/W3SVC\/(\d{1,9})(?:\/|$)/i.exec(path ?? '')?.[1]);
  if (numbers.includes(undefined)) return null;
  return [...new Set(numbers.map(Number))].sort((left, right) => left - right);
}
