import type { Sealed } from '../../../kerberos';
import { protocolError } from '../../remoting-error';
import { CONTENT_TYPE } from './names';

/** The authentication scheme of the context that seals a message: Kerberos' own tokens, or SPNEGO. */
export type SealedBy = 'Kerberos' | 'Negotiate';

/** The protocol in the Content-Type (MS-WSMV 2.2.9.1). */
const PROTOCOLS: { readonly [scheme in SealedBy]: string } = {
  Kerberos: 'application/HTTP-Kerberos-session-encrypted',
  Negotiate: 'application/HTTP-SPNEGO-session-encrypted',
};

const BOUNDARY = 'Encrypted Boundary';
const ENCRYPTED = 'multipart/encrypted';
const LENGTH_BYTES = 4;
/** Most bytes of the lines before the sealed ones. Windows writes some 200. */
const MAX_LINES_BYTES = 1024;
/** `--Encrypted Boundary`. Exchange writes a space after the dashes (observed by the author of pypsrp). */
const DELIMITER = `-- ?${BOUNDARY}`;
/** MS-WSMV and pypsrp write a tab before the names of a part's headers, and Windows writes none. */
const LINES = new RegExp(
  `^${DELIMITER}\\r\\n\\t?Content-Type: *([\\w/-]+)\\r\\n\\t?OriginalContent: *type=([^\\r\\n]+);Length=(\\d{1,9})\\r\\n` +
    `${DELIMITER}\\r\\n\\t?Content-Type: *application/octet-stream\\r\\n`,
  'i',
);
const END = new RegExp(`${DELIMITER}--(?:\\r\\n)?$`, 'i');
const MAX_END_BYTES = BOUNDARY.length + 8;

export interface EncryptedMessage {
  readonly scheme: SealedBy;
  /** Content type of the plain message, for example `application/soap+xml;charset=UTF-8`. */
  readonly type: string;
  /** Bytes of the plain message, as its sender says. */
  readonly plainBytes: number;
  readonly sealed: Sealed;
}

export interface EncryptedMessageOptions {
  /** @default 'application/soap+xml;charset=UTF-8' */
  readonly type?: string;
  /**
   * What to write between the two dashes and the boundary.
   *
   * @default ''
   */
  readonly afterDashes?: string;
  /**
   * What to write before the names of a part's headers.
   *
   * @default '\t'
   */
  readonly beforeNames?: string;
}

/** The Content-Type of a request or an answer with a sealed body. */
export function encryptedContentType(scheme: SealedBy): string {
  return `${ENCRYPTED};protocol="${PROTOCOLS[scheme]}";boundary="${BOUNDARY}"`;
}

/** Writes a sealed message as the body of a request or an answer (MS-WSMV 2.2.9.1.1). */
export function writeEncryptedMessage(
  scheme: SealedBy,
  plainBytes: number,
  { header, data }: Sealed,
  { type = CONTENT_TYPE, afterDashes = '', beforeNames = '\t' }: EncryptedMessageOptions = {},
): Buffer {
  const delimiter = `--${afterDashes}${BOUNDARY}`;
  const lines = [
    delimiter,
    `${beforeNames}Content-Type: ${PROTOCOLS[scheme]}`,
    `${beforeNames}OriginalContent: type=${type};Length=${plainBytes}`,
    delimiter,
    `${beforeNames}Content-Type: application/octet-stream`,
    '',
  ].join('\r\n');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  return Buffer.concat([Buffer.from(lines), length, header, data, Buffer.from(`${delimiter}--\r\n`)]);
}

/** Whether a body of this type is sealed, or claims to be. */
export function isEncryptedType(contentType: string): boolean {
  return contentType.toLowerCase().startsWith(`${ENCRYPTED};`) || contentType.toLowerCase() === ENCRYPTED;
}

/**
 * Splits a sealed body into its parts. Proves nothing: only unsealing shows who wrote it.
 *
 * @throws RemotingError `protocol`
 */
export function readEncryptedMessage(body: Buffer): EncryptedMessage {
  const [lines, protocol = '', type = '', plainBytes = ''] =
    LINES.exec(body.subarray(0, MAX_LINES_BYTES).toString('latin1')) ?? [];
  // Searched from the end, since the sealed bytes may contain the same text.
  const end = END.exec(body.subarray(-MAX_END_BYTES).toString('latin1'));
  if (lines === undefined || end === null) throw protocolError('the body is no encrypted message');
  const scheme = schemeOf(protocol);
  if (scheme === undefined) throw protocolError('the message is encrypted in a way that was not asked for');
  const parts = body.subarray(lines.length, body.length - end[0].length);
  const headerBytes = parts.length < LENGTH_BYTES ? Infinity : parts.readUInt32LE(0);
  if (headerBytes > parts.length - LENGTH_BYTES) throw protocolError('the encrypted message is cut off');
  const rest = parts.subarray(LENGTH_BYTES);
  return {
    scheme,
    type,
    plainBytes: Number(plainBytes),
    sealed: { header: rest.subarray(0, headerBytes), data: rest.subarray(headerBytes) },
  };
}

function schemeOf(protocol: string): SealedBy | undefined {
  return (Object.keys(PROTOCOLS) as SealedBy[]).find(
    (scheme) => PROTOCOLS[scheme].toLowerCase() === protocol.toLowerCase(),
  );
}
