/** A sealed message, in the two parts that Windows' protocols send separately. */
export interface Sealed {
  /** The part of the token (RFC 4121, section 4.2.6.2) that comes beside `data`. */
  readonly header: Buffer;
  /** Exactly as long as the message. */
  readonly data: Buffer;
}

export interface Waiting {
  /** Gives up waiting. The library's work goes on unseen, and its result is dropped. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds for the token, for which a key distribution center may have to give a ticket.
   *
   * @default 20 000
   */
  readonly timeoutMs?: number;
}

/** A context of GSS-API (RFC 2743) for one end, from its first token to its last message. */
export interface SecurityContext {
  /** True when both ends have proved themselves. Messages are sealed and signed only from then on. */
  readonly complete: boolean;
  /** The peer's principal, for example `HTTP/host@EXAMPLE.COM`. Empty until it is known. */
  readonly peer: string;
  /**
   * Whether both ends named the same channel. True for an initiator that named one. An acceptor learns it from the
   * token. A library may accept a token that names no channel, so an acceptor that demands a binding must check this.
   */
  readonly bound: boolean;

  /**
   * Takes the peer's token, and gives the next one to send; `undefined` where there is none. Without a token, it
   * begins. Kerberos needs one token in each direction. One call at a time.
   *
   * @throws KerberosError; the context cannot be used after that
   */
  token(received?: Uint8Array, waiting?: Waiting): Promise<Buffer | undefined>;

  /** Encrypts a message. The messages must arrive in the order in which they were sealed, each once. */
  seal(message: Uint8Array): Sealed;

  /**
   * Decrypts a message.
   *
   * @throws KerberosError `message-invalid` where the message was altered, repeated, reordered or not sealed, or one
   *   before it is missing; the context cannot be used after that
   */
  unseal(sealed: { readonly header: Uint8Array; readonly data: Uint8Array }): Buffer;

  /** Signs a message. Signed and sealed messages have a common order. */
  sign(message: Uint8Array): Buffer;

  /** @throws KerberosError `message-invalid`, as `unseal` does */
  verify(message: Uint8Array, signature: Uint8Array): void;

  /** Frees what the library holds. The context cannot be used after that. */
  close(): void;
}

/** A secret that is revealed only where it is used. */
export interface Secret {
  reveal(): string;
}

export type SignIn =
  /**
   * With what the account of this process has: tickets (`kinit`, `KRB5CCNAME`), the keytab in `KRB5_CLIENT_KTNAME`, or
   * on Windows its logon session.
   */
  | { readonly kind: 'account' }
  /** With a user's keytab; not on Windows, which has no keytabs. `principal` left out: the first one of the keytab. */
  | { readonly kind: 'keytab'; readonly file: string; readonly principal?: string }
  /** `principal` is `user@REALM`. Without a realm it is one of the default realm. */
  | { readonly kind: 'password'; readonly principal: string; readonly password: Secret };

/** `kerberos`: Kerberos' own tokens (RFC 4121). `spnego`: the same tokens within SPNEGO (RFC 4178). */
export type Mechanism = 'kerberos' | 'spnego';

export interface InitiateOptions {
  /** @default 'kerberos' */
  readonly mechanism?: Mechanism;
  /** Host-based (`HTTP@server.example.com`), or a principal (`HTTP/server.example.com@EXAMPLE.COM`). */
  readonly service: string;
  /** @default { kind: 'account' } */
  readonly signIn?: SignIn;
  /**
   * What names the channel, for example `tls-server-end-point:` and a hash (RFC 5929). Left out: no channel binding.
   */
  readonly bindings?: Uint8Array;
}

export interface AcceptOptions {
  /** @default 'kerberos' */
  readonly mechanism?: Mechanism;
  /** The service that is accepted, written as for the initiator. Left out: any that the keytab has a key for. */
  readonly service?: string;
  /** Left out: the keytab in `KRB5_KTNAME`, or that of the system. */
  readonly keytab?: string;
  readonly bindings?: Uint8Array;
}

/** Kerberos by the library of one system. */
export interface System {
  initiate(options: InitiateOptions): SecurityContext;
  accept(options: AcceptOptions): SecurityContext;
}

/** Bytes of a token. Active Directory limits a ticket to 48,000 bytes by default, and HTTP limits a header to less. */
export const MAX_TOKEN_BYTES = 1024 * 1024;

/** Bytes of a message that is sealed or signed. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Milliseconds for a token. A key distribution center answers within a few. */
export const TOKEN_TIMEOUT_MS = 20_000;
