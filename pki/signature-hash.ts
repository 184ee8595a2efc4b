import { children, identifier, type Der } from './der';

/** From RFC 3279, 4055 and 5758. The last but one is OIW's old identifier of the first. */
const SIGNATURES: { readonly [oid: string]: string } = {
  '1.2.840.113549.1.1.2': 'md2',
  '1.2.840.113549.1.1.4': 'md5',
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.14.3.2.29': 'sha1',
  '1.2.840.10040.4.3': 'sha1',
};

const RSASSA_PSS = '1.2.840.113549.1.1.10';

/** Hash functions by object identifier, by their names in Node. */
export const HASHES = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
} as const satisfies { readonly [oid: string]: string };

/** The hash of a signature algorithm; `undefined` where it is not known. */
export function signatureHash(algorithm: Der | undefined): string | undefined {
  const [oid, parameters] = children(algorithm);
  if (identifier(oid) !== RSASSA_PSS) return SIGNATURES[identifier(oid)];
  // RSASSA-PSS-params ::= SEQUENCE { [0] hashAlgorithm DEFAULT sha1, … }, RFC 4055 section 3.1.
  const named = children(parameters).find(({ tag }) => tag === 0xa0);
  if (named === undefined) return 'sha1';
  const hash = identifier(children(children(named)[0])[0]);
  return (HASHES as { readonly [oid: string]: string })[hash];
}
