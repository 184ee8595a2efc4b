/** A distinguished name as Windows writes it. */
export interface DistinguishedName {
  readonly text: string;
  readonly commonName?: string;
}

/** Windows' names of attributes that OpenSSL names otherwise (CertNameToStr, CERT_X500_NAME_STR). */
const WINDOWS_NAMES: { readonly [name: string]: string } = {
  ST: 'S',
  emailAddress: 'E',
  street: 'STREET',
  serialNumber: 'SERIALNUMBER',
  title: 'T',
  GN: 'G',
};

/**
 * Turns Node's form (one attribute on each line, from the root down, escaped as in RFC 2253) into that of Windows (most
 * specific first, values with special characters in double quotes).
 */
export function readName(lines: string): DistinguishedName {
  const parts = lines.split('\n').filter((line) => line !== '');
  const attributes = parts.map((part) => {
    const equals = part.indexOf('=');
    return { type: part.slice(0, equals), value: unescape2253(part.slice(equals + 1)) };
  });
  const commonName = attributes.findLast(({ type }) => type === 'CN')?.value;
  const text = attributes
    .map(({ type, value }) => `${WINDOWS_NAMES[type] ?? type}=${quoted(value)}`)
    .reverse()
    .join(', ');
  return commonName === undefined ? { text } : { text, commonName };
}

/** Escaped bytes are bytes of UTF-8. */
function unescape2253(value: string): string {
  const bytes: number[] = [];
  const encoded = Buffer.from(value);
  for (let at = 0; at < encoded.length; at += 1) {
    if (encoded[at] !== 0x5c) {
      bytes.push(encoded[at]!);
      continue;
    }
    const pair = encoded.toString('latin1', at + 1, at + 3);
    if (/^[0-9A-Fa-f]{2}$/.test(pair)) {
      bytes.push(Number.parseInt(pair, 16));
      at += 2;
    } else {
      bytes.push(encoded[at + 1] ?? 0x5c);
      at += 1;
    }
  }
  return Buffer.from(bytes).toString('utf8');
}

function quoted(value: string): string {
  return /[,+="\n<>#;]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
