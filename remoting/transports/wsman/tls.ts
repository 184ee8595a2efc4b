import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { type Demands, readGuardedFile, UnfitFile } from '../../../files/guarded-file';
import { RemotingError, type RemotingErrorKind, type RemotingFacts } from '../../remoting-error';

/** How the server's certificate is known. TLS 1.2 or later is required in any case. */
export interface TlsTrust {
  /**
   * PEM file of the certification authorities to trust, and no others.
   *
   * @default those of Node
   */
  readonly caFile?: string;
  /**
   * SHA-256 of the only certificates to accept, in hexadecimal, with or without colons. Names, dates and issuer of
   * the certificate are then not looked at.
   *
   * @default the certificate must be valid for the host and its issuer trusted
   */
  readonly fingerprints?: readonly string[];
}

/** What is read once, before the first connection. */
export interface TlsSettings {
  readonly ca?: string;
  readonly fingerprints?: readonly string[];
  readonly client?: Pick<ConnectionOptions, 'pfx' | 'cert' | 'key' | 'passphrase'>;
}

/** Those of a whole operating system take a quarter of it. */
const AUTHORITIES_BYTES = 1024 * 1024;
const FINGERPRINT = /^[0-9A-F]{64}$/;

/** Reads what `trust` names. @throws RemotingError `usage` where a file or a fingerprint is of no use */
export function readTrust(trust: TlsTrust): TlsSettings {
  const fingerprints = trust.fingerprints?.map((given) => {
    const plain = given.replaceAll(':', '').toUpperCase();
    if (!FINGERPRINT.test(plain)) throw new RemotingError('usage', `'${given}' is no SHA-256 fingerprint`);
    return colons(plain);
  });
  return {
    ...(fingerprints === undefined ? {} : { fingerprints }),
    ...(trust.caFile === undefined ? {} : { ca: readAuthorities(trust.caFile) }),
  };
}

function readAuthorities(file: string): string {
  const pem = readNamed(file, 'the file of certification authorities', { mostBytes: AUTHORITIES_BYTES });
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new RemotingError('usage', `${file} holds no certificate in PEM`, { file });
  }
  return pem.toString('latin1');
}

/** @throws RemotingError `usage` where it cannot be read, or is not as demanded */
export function readNamed(file: string, what: string, demands: Demands): Buffer {
  try {
    return readGuardedFile(file, demands);
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error;
    throw new RemotingError('usage', `${what} ${file} ${error.why}`, { file }, { cause: error });
  }
}

function colons(hexadecimal: string): string {
  return hexadecimal.match(/../g)?.join(':') ?? '';
}

/** A TLS connection to `host` whose certificate is the right one; nothing was sent on it yet. */
export async function secure(
  host: string,
  port: number,
  below: Duplex | undefined,
  settings: TlsSettings,
): Promise<TLSSocket> {
  const { fingerprints } = settings;
  const socket = connect({
    // A name in SNI must not be an address (RFC 6066, section 3).
    ...(isAddress(host) ? {} : { servername: host }),
    host,
    ...(below === undefined ? { port } : { socket: below }),
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    ...authorities(settings),
    ...settings.client,
  });
  // A request of two segments would wait for the acknowledgement of the first, 40 ms on most systems (RFC 896).
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', (error: Error) => reject(connectionError(error, host, port)));
    socket.once('close', () => reject(connectionError(new Error('the server hung up'), host, port)));
  });
  if (fingerprints === undefined) return socket;
  const shown = socket.getPeerCertificate().fingerprint256;
  if (!fingerprints.includes(shown)) {
    socket.destroy();
    const message = `${host} shows a certificate that is not the pinned one`;
    const facts = { host, port, fingerprint: shown, expectedFingerprints: fingerprints, noEffect: true };
    throw new RemotingError('tls-untrusted', message, facts);
  }
  return socket;
}

/** Who vouches for the server. A pinned certificate needs nobody, and reading Node's authorities takes 25 ms. */
function authorities({
  fingerprints,
  ca,
}: TlsSettings): Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'> {
  if (fingerprints !== undefined) return { ca: [], rejectUnauthorized: false };
  return { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}

const VERIFICATION: { readonly [code: string]: RemotingErrorKind } = {
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name-mismatch',
  CERT_UNTRUSTED: 'tls-untrusted',
  CERT_REJECTED: 'tls-untrusted',
  CERT_REVOKED: 'tls-untrusted',
  CERT_SIGNATURE_FAILURE: 'tls-untrusted',
  INVALID_CA: 'tls-untrusted',
  INVALID_PURPOSE: 'tls-untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'tls-version',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'tls-version',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not-wsman',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not-wsman',
  ERR_SSL_HTTP_REQUEST: 'not-wsman',
};

const MEANINGS: { readonly [kind in RemotingErrorKind]?: string } = {
  'tls-expired': 'shows a certificate that is not valid now',
  'tls-name-mismatch': 'shows a certificate for other names',
  'tls-untrusted': 'shows a certificate that is not trusted',
  'tls-version': 'offers no TLS 1.2 or later',
  'not-wsman': 'does not speak TLS there',
  closed: 'hung up during the TLS handshake',
  unreachable: 'cannot be reached',
};

type NodeError = Error & { readonly code?: string; readonly cert?: { readonly subjectaltname?: string } };

/** Why no connection came about; nothing was sent then. */
export function connectionError(error: NodeError, host: string, port: number): RemotingError {
  if (error instanceof RemotingError) return error;
  const { code } = error;
  const handshake =
    code === undefined || code.startsWith('ERR_SSL_') || code === 'ECONNRESET' || code === 'EPROTO';
  const kind = VERIFICATION[code ?? ''] ?? (handshake ? 'closed' : 'unreachable');
  const names = error.cert?.subjectaltname?.split(', ').map((name) => name.replace(/^DNS:/, ''));
  const facts: RemotingFacts = {
    host,
    port,
    noEffect: true,
    ...(code === undefined ? {} : { code }),
    ...(names === undefined ? {} : { certificateNames: names }),
  };
  return new RemotingError(kind, `${host}:${port} ${MEANINGS[kind] ?? ''}: ${error.message}`, facts, {
    cause: error,
  });
}
