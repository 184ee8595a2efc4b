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

/** Which server certificates are accepted. TLS 1.2 or later is always required. */
export interface TlsTrust {
  /**
   * PEM file of the certification authorities to trust. No others are trusted.
   *
   * @default those of Node
   */
  readonly caFile?: string;
  /**
   * SHA-256 of the only certificates to accept, in hexadecimal, with or without colons. Their names, dates and issuers
   * are then not checked.
   *
   * @default the certificate must be valid for the host, and its issuer trusted
   */
  readonly fingerprints?: readonly string[];
  /**
   * Names of which the certificate may have one in place of the host's own. Its issuer must still be trusted.
   *
   * @default none
   */
  readonly names?: readonly ExpectedNames[];
  /**
   * Thumbprints (SHA-1 in hexadecimal, as Windows names a certificate) of certificates that are accepted in addition,
   * whatever their names and issuers. Called for each connection, since the caller may install a certificate meanwhile.
   *
   * @default none
   */
  readonly installed?: () => readonly string[];
}

export interface ExpectedNames {
  /**
   * Letter case does not count. A wildcard means itself: `*.contoso.com` accepts a certificate with this wildcard, and
   * none for a single host of the domain.
   */
  readonly names: readonly string[];
  /**
   * The hosts whose certificate may have these names. Letter case does not count.
   *
   * @default every host
   */
  readonly hosts?: readonly string[];
}

/** Settings that are read once, before the first connection. */
export interface TlsSettings extends Pick<TlsTrust, 'names' | 'installed'> {
  readonly ca?: string;
  readonly fingerprints?: readonly string[];
  readonly client?: Pick<ConnectionOptions, 'cert' | 'key' | 'passphrase'>;
  /** Left out: the latest version that Node has. */
  readonly maxVersion?: 'TLSv1.2';
}

/** The authorities of a whole operating system take a quarter of this. */
const AUTHORITIES_BYTES = 1024 * 1024;
const FINGERPRINT = /^[0-9A-F]{64}$/;

/**
 * Reads the files that `trust` names.
 *
 * @throws RemotingError `usage` where a file or a fingerprint cannot be used
 */
export function readTrust(trust: TlsTrust): TlsSettings {
  const fingerprints = trust.fingerprints?.map((given) => {
    const plain = given.replaceAll(':', '').toUpperCase();
    if (!FINGERPRINT.test(plain)) throw new RemotingError('usage', `'${given}' is not a SHA-256 fingerprint`);
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
    throw new RemotingError(
      'usage',
      `the file of certification authorities ${file} holds no certificate in PEM`,
      { file },
    );
  }
  return pem.toString('latin1');
}

/** @throws RemotingError `usage` where the file cannot be read, or does not fulfil the demands */
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

/** A new TLS connection to `host`, whose certificate was checked. `signal` breaks off a handshake that does not end. */
export async function secure(
  host: string,
  port: number,
  below: Duplex | undefined,
  settings: TlsSettings,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = connect({
    // SNI must not contain an address (RFC 6066, section 3).
    ...(isAddress(host) ? {} : { servername: host }),
    host,
    ...(below === undefined ? { port } : { socket: below }),
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    ...authorities(settings),
    ...settings.client,
    ...(settings.maxVersion === undefined ? {} : { maxVersion: settings.maxVersion }),
  });
  // Without this, a request of two segments would wait for the acknowledgement of the first, 40 ms on most systems (RFC
  // 896).
  socket.setNoDelay(true);
  // An error without a listener would end the process, so this listener stays when those of the handshake are removed.
  // A user of the connection adds its own.
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

/** Why the certificate that the server showed is not accepted; `undefined` where it is. */
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
    // Node's types say Error here. It is OpenSSL's name of the error.
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
  // Only a certificate with the wildcard itself covers a random host name.
  const unforeseen = `${randomBytes(16).toString('hex')}${name.slice(1)}`;
  const options = { subject: 'never', partialWildcards: false } as const;
  return new X509Certificate(shown.raw).checkHost(unforeseen, options) !== undefined;
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/**
 * Resolves with the event that reports the connection. `signal` breaks off the attempt. Listens no longer than that.
 */
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
 * The authorities for Node's check. A pinned certificate needs none, and reading Node's takes 25 ms. `distrust` checks
 * the certificate, with its names, after the handshake, and nothing is sent before.
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
  'tls-expired': 'shows a certificate that has expired or is not valid yet',
  'tls-name-mismatch': 'shows a certificate for other names',
  'tls-untrusted': 'shows a certificate that is not trusted',
  'tls-version': 'offers no version of TLS that the provider may use',
  'not-wsman': 'does not speak TLS at this port',
  closed: 'hung up during the TLS handshake',
  unreachable: 'cannot be reached',
};

/** Message and code of a reason. Anything can be thrown, so a reason may be of any type. */
export interface Reason {
  readonly message: string;
  /** Node's code, for example `ECONNREFUSED`. The number of a `DOMException` is not one. */
  readonly code?: string;
}

export function reasonOf(reason: unknown): Reason {
  if (typeof reason !== 'object' || reason === null) {
    return { message: typeof reason === 'string' && reason !== '' ? reason : 'no reason is known' };
  }
  const { message, code } = reason as { readonly [name: string]: unknown };
  const known = typeof code === 'string' ? code : undefined;
  return {
    // For the failures of several addresses, Node gives one error without a message of its own.
    message: typeof message === 'string' && message !== '' ? message : (known ?? 'no reason is known'),
    ...(known === undefined ? {} : { code: known }),
  };
}

/** The error of a connection that could not be made, whatever the reason. Nothing was sent. */
export function connectionError(reason: unknown, host: string, port: number): RemotingError {
  if (reason instanceof RemotingError) return reason;
  const { message, code } = reasonOf(reason);
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
