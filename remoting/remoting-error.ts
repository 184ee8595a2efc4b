/**
 * What went wrong between us and the peer, by kind. The kind and the facts are for programs (a remedy is chosen
 * by them); the message is for people.
 *
 * - `unreachable`: no connection came about (no route, refused, unknown host, the command could not be started).
 * - `authentication-refused`: the peer answered and took none of the credentials.
 * - `host-key-unknown`: nothing is known about the SSH host key that was shown.
 * - `host-key-changed`: another SSH host key is known for this host.
 * - `host-key-revoked`: the SSH host key that was shown is marked as revoked.
 * - `tls-untrusted`: the server's certificate is not one that we trust, or not the pinned one.
 * - `tls-name-mismatch`: the server's certificate is not for this host.
 * - `tls-expired`: the server's certificate is not valid now.
 * - `tls-version`: the server and we have no version of TLS in common.
 * - `access-denied`: the peer knows the user, who may not open a session or run the command.
 * - `not-wsman`: what answers there is no WS-Management service, or not at this path.
 * - `not-sealed`: over http://, an answer was not sealed by the server, or its seal does not hold; nothing of it is
 *   believed, so that the effect of the request is unknown.
 * - `redirected`: the peer sent us to a host or port that was not allowed.
 * - `throttled`: the peer is busy, or the user has used up a quota.
 * - `closed`: the connection ended, or the peer ended the session.
 * - `protocol`: the peer sent what no PowerShell remoting peer may send.
 * - `timeout`: the peer did not answer in time.
 * - `too-large`: the peer sent, or was to be sent, more than the bounds allow.
 * - `not-started`: the PowerShell there could not begin to serve; `output` is what it said.
 * - `refused`: the peer speaks the protocol, but refused to open a runspace pool.
 * - `usage`: the caller's mistake; nothing was sent.
 */
export type RemotingErrorKind =
  | 'unreachable'
  | 'authentication-refused'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'tls-untrusted'
  | 'tls-name-mismatch'
  | 'tls-expired'
  | 'tls-version'
  | 'access-denied'
  | 'not-wsman'
  | 'not-sealed'
  | 'redirected'
  | 'throttled'
  | 'closed'
  | 'protocol'
  | 'timeout'
  | 'too-large'
  | 'not-started'
  | 'refused'
  | 'usage';

/**
 * How far the opening of a session had come. `peer`: the server had shown the expected host key or certificate. `user`:
 * it had let the user in as well.
 */
export type Reached = 'peer' | 'user';

/** What is known about the failure. Everything is optional; nothing of it is secret. */
export interface RemotingFacts {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  /** The program that was started, without its arguments. */
  readonly command?: string;
  readonly exitCode?: number;
  /** The signal that ended the program. */
  readonly signal?: string;
  /** The end of what the program or the SSH channel wrote beside the protocol. */
  readonly stderr?: string;
  /** The beginning of what the program or the SSH channel wrote in place of the protocol. */
  readonly output?: string;
  /** How far the opening certainly came. Left out where nothing is certain. */
  readonly reached?: Reached;
  /**
   * The error code of Node, for example `ECONNREFUSED`; or that of Windows in an error page of IIS, for example
   * `0x80070032`.
   */
  readonly code?: string;
  /** Of an SSH host key that was shown, as `SHA256:…`; of a TLS certificate, SHA-256 in hexadecimal pairs. */
  readonly fingerprint?: string;
  /** The fingerprints that would have been accepted, in the same form. */
  readonly expectedFingerprints?: readonly string[];
  /** The file that could not be read, or that led to the decision. */
  readonly file?: string;
  /** `path:line` of the entry in a known_hosts file that led to the decision. */
  readonly knownHostsEntry?: string;
  /** The SSH subsystem that the server did not start. */
  readonly subsystem?: string;
  /** Authentication methods that the server offers. */
  readonly methods?: readonly string[];
  /** The name of the option whose bound was exceeded, and its value. */
  readonly bound?: string;
  readonly limit?: number;
  /** FullyQualifiedErrorId of the refusal. */
  readonly fullyQualifiedErrorId?: string;
  /** True where the request certainly had no effect. */
  readonly noEffect?: boolean;
  /** The version of TLS, where the first request of a connection failed. */
  readonly tlsVersion?: string;
  /** Status of an HTTP answer. */
  readonly httpStatus?: number;
  /** Windows' code of a WSManFault, and its SOAP subcode, for example `QuotaLimit`. */
  readonly faultCode?: number;
  readonly faultSubcode?: string;
  /** The names on the server's certificate. */
  readonly certificateNames?: readonly string[];
  /** The names of which the certificate may have one in place of the host's own. */
  readonly expectedNames?: readonly string[];
  /** What to do about it, where this says more than the kind does. */
  readonly remedy?: string;
  /** Where the server sent us. */
  readonly location?: string;
  /** The host and port of `location`, where they could be allowed. */
  readonly redirectTarget?: string;
}

export class RemotingError extends Error {
  override readonly name = 'RemotingError';

  constructor(
    readonly kind: RemotingErrorKind,
    message: string,
    readonly facts: RemotingFacts = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function protocolError(message: string, cause?: unknown): RemotingError {
  return new RemotingError('protocol', message, {}, cause === undefined ? undefined : { cause });
}

export function tooLarge(what: string, bound: string, limit: number): RemotingError {
  return new RemotingError('too-large', `${what} is larger than ${bound} (${limit})`, { bound, limit });
}
