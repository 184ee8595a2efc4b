import type { KeytabFault } from './keytab';

/**
 * What went wrong, by kind. Kind and facts are for programs; message and remedy are for people.
 *
 * - `library-missing`: the system has no Kerberos library, or it cannot be loaded.
 * - `configuration-invalid`: the library cannot read its configuration (krb5.conf).
 * - `no-credentials`: there is no ticket and no keytab to get one with.
 * - `credentials-expired`: the ticket is past its end.
 * - `password-refused`: the key distribution center did not accept the password or the key of the keytab.
 * - `account-unknown`: the realm does not have the account.
 * - `account-refused`: the account is disabled, locked or expired, or its password has to be changed.
 * - `service-unknown`: the realm does not have the service.
 * - `clock-skew`: the clocks of two machines differ by more than the realm allows (five minutes by default).
 * - `kdc-unreachable`: no key distribution center of the realm answered.
 * - `realm-unknown`: nothing tells which key distribution centers the realm has.
 * - `timeout`: the call was given up at the caller's limit.
 * - `encryption-unsupported`: the two ends have no encryption type in common, or only one that is too weak.
 * - `bindings-mismatch`: the token was made for another channel.
 * - `refused`: the peer or the key distribution center refused, for a reason that has no kind of its own.
 * - `token-invalid`: what the peer sent is no token of this exchange.
 * - `message-invalid`: a message was altered, repeated, reordered, lost, or not sealed.
 * - `too-large`: a message or token is larger than the bounds allow.
 * - `usage`: the caller's mistake; nothing was sent.
 * - `failed`: anything else; the facts hold the status of the library.
 */
export type KerberosErrorKind =
  | 'library-missing'
  | 'configuration-invalid'
  | 'no-credentials'
  | 'credentials-expired'
  | 'password-refused'
  | 'account-unknown'
  | 'account-refused'
  | 'service-unknown'
  | 'clock-skew'
  | 'kdc-unreachable'
  | 'realm-unknown'
  | 'timeout'
  | 'encryption-unsupported'
  | 'bindings-mismatch'
  | 'refused'
  | 'token-invalid'
  | 'message-invalid'
  | 'too-large'
  | 'usage'
  | 'failed';

/** What is known about the failure. Everything is optional; nothing of it is secret. */
export interface KerberosFacts {
  /** The owner of the ticket, for example `admin@EXAMPLE.COM`. */
  readonly principal?: string;
  /** The service that the ticket is for, as the caller named it. */
  readonly service?: string;
  readonly realm?: string;
  /** The key distribution centers of the realm that the configuration names. Left out where they are found by DNS. */
  readonly kdcs?: readonly string[];
  /** The ticket cache, for example `FILE:/tmp/krb5cc_0`. */
  readonly cache?: string;
  /** Path of the configuration, or several paths with colons between them, where the library cannot read it. */
  readonly configuration?: string;
  /** Path of the keytab with the keys, where one was looked at. */
  readonly keytab?: string;
  /** What is wrong with the keytab. Left out where nothing is, or where it was not looked at. */
  readonly keytabFault?: KeytabFault;
  /** Routine error and calling error of the library. */
  readonly major?: number;
  /** Kerberos' own code, as a signed number as in krb5.h. On Windows, the code of SSPI. */
  readonly minor?: number;
  /** Name of the bound that was exceeded, and its value. */
  readonly bound?: string;
  readonly limit?: number;
}

export class KerberosError extends Error {
  override readonly name = 'KerberosError';

  constructor(
    readonly kind: KerberosErrorKind,
    message: string,
    readonly remedy: string,
    readonly facts: KerberosFacts = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
