/** The numbers of the protocol by name, from IANA's "Domain Name System (DNS) Parameters". */

export const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  OPT: 41,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

export const CLASSES = { IN: 1, NONE: 254, ANY: 255 } as const;

export const OPCODES = { QUERY: 0, UPDATE: 5 } as const;

export const RCODES = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
} as const;

export type Rcode = keyof typeof RCODES;

/** Errors in a TSIG record, RFC 8945 section 3. */
export const TSIG_ERRORS = { BADSIG: 16, BADKEY: 17, BADTIME: 18, BADTRUNC: 22 } as const;

/** Errors in a TKEY record, RFC 2930 section 2.6. */
export const TKEY_ERRORS = {
  BADSIG: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
} as const;

/** The name of a number. A number without a name is written with its prefix, as RFC 3597 does: `TYPE65280`. */
export function nameOfCode(table: { readonly [name: string]: number }, code: number, prefix: string): string {
  return Object.keys(table).find((name) => table[name] === code) ?? `${prefix}${code}`;
}

export const typeName = (code: number): string => nameOfCode(TYPES, code, 'TYPE');
export const className = (code: number): string => nameOfCode(CLASSES, code, 'CLASS');
export const opcodeName = (code: number): string => nameOfCode(OPCODES, code, 'OPCODE');
export const rcodeName = (code: number): string => nameOfCode(RCODES, code, 'RCODE');
