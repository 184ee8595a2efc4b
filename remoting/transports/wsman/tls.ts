import { randomBytes, X509Certificate } from 'node:crypto';
import {
  checkServerIdentity,
  connect,
  type ConnectionOptions,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';
import type { Socket } from 'node:net';
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
  /**
   * Names of which the certificate may have one in place of the host's own; its issuer must be trusted all the same.
   *
   * @default none
   */
  readonly names?: readonly ExpectedNames[];
  /**
   * Thumbprints (SHA-1 in hexadecimal, as Windows names a certificate) of certificates that are accepted beside all
   * others, whatever their names and issuers. Asked for each connection, since a caller may install one meanwhile.
   *
   * @default none
   */
  readonly installed?: () => readonly string[];
}

export interface ExpectedNames {
  /**
   * Letter case does not count. A wildcard stands for itself: `*.contoso.com` takes a certificate that has this wildcard,
   * and not one for any single host of the domain.
   */
  readonly names: readonly string[];
  /**
   * The only hosts whose certificate may have them; letter case does not count.
   *
   * @default every host that is reached
   */
  readonly hosts?: readonly string[];
}

/** What is read once, before the first connection. */
export interface TlsSettings extends Pick<TlsTrust, 'names' | 'installed'> {
  readonly ca?: string;
  readonly fingerprints?: readonly string[];
  readonly client?: Pick<ConnectionOptions, 'cert' | 'key' | 'passphrase'>;
  /** Left out: the latest that Node has. */
  readonly maxVersion?: 'TLSv1.2';
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
    ...(trust.names === undefined ? {} : { names: trust.names }),
    ...(trust.installed === undefined ? {} : { installed: trust.installed }),
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

/**
 * A TLS connection to `host` whose certificate is the right one; nothing was sent on it yet. A handshake that does not
 * end is broken off by `signal`.
 */
export async function secure(
  host: string,
  port: number,
  below: Duplex | undefined,
  settings: TlsSettings,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = connect({
    // A name in SNI must not be an address (RFC 6066, section 3).
    ...(isAddress(host) ? {} : { servername: host }),
    host,
    ...(below === undefined ? { port } : { socket: below }),
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    ...authorities(settings),
    ...settings.client,
    ...(settings.maxVersion === undefined ? {} : { maxVersion: settings.maxVersion }),
  });
  // A request of two segments would wait for the acknowledgement of the first, 40 ms on most systems (RFC 896).
  socket.setNoDelay(true);
  // An error without a listener would end the process: this one stays when those of the handshake have gone. Whoever
  // uses the connection has listeners of their own; for others it is enough that it is closed.
  socket.on('error', () => undefined);
  await established(socket, 'secureConnect', host, port, signal);
  let problem: RemotingError | undefined;
  try {
    problem = distrust(socket, host, port, settings);
  } catch (error) {
    problem = connectionError(error, host, port); // Names that Node cannot read.
  }
  if (problem === undefined) return socket;
  socket.destroy();
  throw problem;
}

/** What keeps the certificate that the server has shown from being accepted. */
function distrust(
  socket: TLSSocket,
  host: string,
  port: number,
  { fingerprints, names, installed }: TlsSettings,
): RemotingError | undefined {
  const shown = socket.getPeerCertificate();
  const thumbprint = shown.fingerprint?.replaceAll(':', '');
  if (installed?.().some((own) => own.toUpperCase() === thumbprint) === true) return undefined;
  const facts: RemotingFacts = {
    host,
    port,
    noEffect: true,
    fingerprint: shown.fingerprint256,
    ...(shown.subjectaltname === undefined
      ? {}
      : { certificateNames: shown.subjectaltname.split(', ').map((name) => name.replace(/^DNS:/, '')) }),
  };
  if (fingerprints !== undefined) {
    if (fingerprints.includes(shown.fingerprint256)) return undefined;
    const message = `${host} shows a certificate that is not the pinned one`;
    return new RemotingError('tls-untrusted', message, { ...facts, expectedFingerprints: fingerprints });
  }
  const refusal = (kind: RemotingErrorKind, why: string, more: RemotingFacts = {}): RemotingError =>
    new RemotingError(kind, `${host}:${port} ${MEANINGS[kind] ?? ''}: ${why}`, { ...facts, ...more });
  if (!socket.authorized) {
    // What Node's types call an error is the name of OpenSSL's.
    const code = String(socket.authorizationError);
    const why = code.toLowerCase().replaceAll('_', ' ');
    return refusal(VERIFICATION[code] ?? 'tls-untrusted', why, { code });
  }
  const mismatch = checkServerIdentity(host, shown);
  if (mismatch === undefined) return undefined;
  const expected = (names ?? []).flatMap((some) => (countsFor(some, host) ? some.names : []));
  if (expected.some((name) => hasName(shown, name))) return undefined;
  return refusal('tls-name-mismatch', mismatch.message, { expectedNames: expected });
}

function countsFor({ hosts }: ExpectedNames, host: string): boolean {
  return hosts === undefined || hosts.some((one) => canonical(one) === canonical(host));
}

function hasName(shown: PeerCertificate, expected: string): boolean {
  const name = canonical(expected);
  if (!name.startsWith('*.')) return checkServerIdentity(name, shown) === undefined;
  // Only the wildcard itself speaks for a host that nobody has thought of.
  const unforeseen = `${randomBytes(16).toString('hex')}${name.slice(1)}`;
  const options = { subject: 'never', partialWildcards: false } as const;
  return new X509Certificate(shown.raw).checkHost(unforeseen, options) !== undefined;
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** Listens until the connection stands, by the event that says so, and no longer; `signal` breaks it off. */
export function established(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      socket.off(event, onStanding).off('error', onError).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const fail = (reason: unknown): void => end(() => reject(connectionError(reason, host, port)));
    const onStanding = (): void => end(resolve);
    const onError = (reason: unknown): void => fail(reason);
    const onClose = (): void => fail(new Error('the server hung up'));
    const onAbort = (): void => {
      fail(signal.reason);
      socket.destroy();
    };
    socket.once(event, onStanding).once('error', onError).once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

/**
 * Who vouches for the server. A pinned certificate needs nobody, and reading Node's authorities takes 25 ms. `distrust`
 * judges the certificate after the handshake, its names included: nothing is sent before.
 */
function authorities({
  fingerprints,
  ca,
}: TlsSettings): Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized' | 'checkServerIdentity'> {
  const judgedLater = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
  if (fingerprints !== undefined) return { ca: [], ...judgedLater };
  return { ...judgedLater, ...(ca === undefined ? {} : { ca }) };
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}

const VERIFICATION: { readonly [code: string]: RemotingErrorKind } = {
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'tls-name-mismatch',
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
  'tls-version': 'offers no version of TLS that is used here',
  'not-wsman': 'does not speak TLS there',
  closed: 'hung up during the TLS handshake',
  unreachable: 'cannot be reached',
};

/** What a reason tells; it may be anything, since anything can be thrown. */
export interface Told {
  readonly message: string;
  /** Of Node, for example `ECONNREFUSED`; a `DOMException` has a number there, which is none. */
  readonly code?: string;
}

export function toldBy(reason: unknown): Told {
  if (typeof reason !== 'object' || reason === null) {
    return { message: typeof reason === 'string' && reason !== '' ? reason : 'no reason is known' };
  }
  const { message, code } = reason as { readonly [name: string]: unknown };
  const known = typeof code === 'string' ? code : undefined;
  return {
    // Node gives the failures of several addresses as one error without a message of its own.
    message: typeof message === 'string' && message !== '' ? message : (known ?? 'no reason is known'),
    ...(known === undefined ? {} : { code: known }),
  };
}

/** Why no connection came about, whatever the reason is; nothing was sent then. */
export function connectionError(reason: unknown, host: string, port: number): RemotingError {
  if (reason instanceof RemotingError) return reason;
  const { message, code } = toldBy(reason);
  const handshake =
    code === undefined || code.startsWith('ERR_SSL_') || code === 'ECONNRESET' || code === 'EPROTO';
  const kind = VERIFICATION[code ?? ''] ?? (handshake ? 'closed' : 'unreachable');
  const facts: RemotingFacts = {
    host,
    port,
    noEffect: true,
    ...(code === undefined ? {} : { code }),
  };
  return new RemotingError(kind, `${host}:${port} ${MEANINGS[kind] ?? ''}: ${message}`, facts, {
    cause: reason,
  });
}
