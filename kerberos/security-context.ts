/** A message that is encrypted, in the two parts that protocols of Windows send apart. */
export interface Sealed {
  /** The token (RFC 4121, section 4.2.6.2) without what is as long as the message. */
  readonly header: Buffer;
  /** As long as the message. */
  readonly data: Buffer;
}

export interface Waiting {
  /** Gives up; what the library waits for goes on unseen and is then thrown away. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds for the token, which may need a ticket from a key distribution center.
   *
   * @default 20 000
   */
  readonly timeoutMs?: number;
}

/** One end of an exchange (RFC 2743), from its first token to its last message. */
export interface SecurityContext {
  /** Whether both ends have proved themselves; only then are messages sealed and signed. */
  readonly complete: boolean;
  /** Principal at the other end, for example `HTTP/host@EXAMPLE.COM`; empty until that is known. */
  readonly peer: string;
  /**
   * Whether both ends named the same channel. Of the initiator true where it named one; the acceptor learns it with the
   * token. A library may accept a token that names none, so that an acceptor that demands a binding must look.
   */
  readonly bound: boolean;

  /**
   * Takes the peer's token, none where we begin, and gives ours; `undefined` where there is none to send. Kerberos needs
   * one each way. One call at a time.
   *
   * @throws KerberosError; the context is of no use then
   */
  token(received?: Uint8Array, waiting?: Waiting): Promise<Buffer | undefined>;

  /** Encrypts a message. They must arrive in this order, each once. */
  seal(message: Uint8Array): Sealed;

  /**
   * Decrypts a message.
   *
   * @throws KerberosError `message-invalid` where it was altered, repeated, reordered, not sealed, or one before it is
   * missing; the context is of no use then
   */
  unseal(sealed: { readonly header: Uint8Array; readonly data: Uint8Array }): Buffer;

  /** Signature of a message, which counts in the order of the sealed ones. */
  sign(message: Uint8Array): Buffer;

  /** @throws KerberosError `message-invalid` as `unseal` does */
  verify(message: Uint8Array, signature: Uint8Array): void;

  /** Frees what the library holds. Nothing can be done with the context then. */
  close(): void;
}

/** A secret that is shown only where it is used. */
export interface Secret {
  reveal(): string;
}

export type SignIn =
  /**
   * What the account that runs this has: tickets (`kinit`, `KRB5CCNAME`), the keytab in `KRB5_CLIENT_KTNAME`, or the logon
   * session on Windows.
   */
  | { readonly kind: 'account' }
  /** A keytab of a user; not on Windows, which has none. `principal` left out: the first of the keytab. */
  | { readonly kind: 'keytab'; readonly file: string; readonly principal?: string }
  /** `principal`: `user@REALM`; without a realm in the default one. */
  | { readonly kind: 'password'; readonly principal: string; readonly password: Secret };

/** `kerberos`: Kerberos' own tokens (RFC 4121). `spnego`: the same within SPNEGO (RFC 4178). */
export type Mechanism = 'kerberos' | 'spnego';

export interface InitiateOptions {
  /** @default 'kerberos' */
  readonly mechanism?: Mechanism;
  /** Host-based (`HTTP@server.example.com`), or the whole principal (`HTTP/server.example.com@EXAMPLE.COM`). */
  readonly service: string;
  /** @default { kind: 'account' } */
  readonly signIn?: SignIn;
  /** What names the channel, for example `tls-server-end-point:` and a hash (RFC 5929). Left out: no binding. */
  readonly bindings?: Uint8Array;
}

export interface AcceptOptions {
  /** @default 'kerberos' */
  readonly mechanism?: Mechanism;
  /** As of the initiator. Left out: any that the keytab has a key of. */
  readonly service?: string;
  /** Left out: the one in `KRB5_KTNAME`, or of the system. */
  readonly keytab?: string;
  readonly bindings?: Uint8Array;
}

/** Kerberos as one system's library has it. */
export interface System {
  initiate(options: InitiateOptions): SecurityContext;
  accept(options: AcceptOptions): SecurityContext;
}

/** Bytes of a token of the exchange. Active Directory's default bound for a ticket is 48,000; a header of HTTP is less. */
export const MAX_TOKEN_BYTES = 1024 * 1024;

/** Bytes of a message that is sealed or signed. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Milliseconds for a token. A key distribution center answers in a few. */
export const TOKEN_TIMEOUT_MS = 20_000;
