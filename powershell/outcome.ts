/**
 * What came back from a call. Errors carry ids, which are stable and not localized; their prose is for people
 * and is never parsed.
 */
export type Outcome = ObjectsOutcome | FailedOutcome | UnknownOutcome;

/** The call ran to its end. Non-terminating errors may stand beside the objects. */
export interface ObjectsOutcome {
  readonly kind: 'objects';
  readonly objects: readonly PowerShellObject[];
  readonly warnings: readonly string[];
  readonly errors: readonly ErrorRecord[];
}

/** The call ended by a terminating error, was refused, or could not be sent: nothing after the error ran. */
export interface FailedOutcome {
  readonly kind: 'failed';
  readonly error: ErrorRecord;
  readonly warnings: readonly string[];
  /** Non-terminating errors before the end. */
  readonly errors: readonly ErrorRecord[];
  /** Set where the command asked a question that was not expected, and was refused an answer: its text, for people. */
  readonly unexpectedQuestion?: string;
  /** Set where the call never reached the peer, so that it certainly had no effect. */
  readonly notSent?: Interruption;
  /** The bound that was hit, where that is why it was not sent. */
  readonly bound?: Bound;
}

/** The connection or the time ran out after the call was sent: it may or may not have taken effect. */
export interface UnknownOutcome {
  readonly kind: 'unknown';
  /** What is known of why: for people. */
  readonly message: string;
  readonly interruption?: Interruption;
  /** The bound that was hit, where that is why. */
  readonly bound?: Bound;
}

/** A bound by the name of its option, as `callTimeoutMs`, and its value. */
export interface Bound {
  readonly name: string;
  readonly limit: number;
}

/**
 * What kept a call from its end: the connection ended, the time ran out, the caller stopped it, the peer broke the
 * protocol, the answer went past a bound, or the command asked a question that nobody is there to answer, or that was
 * not expected.
 */
export type Interruption = 'closed' | 'timeout' | 'stopped' | 'protocol' | 'too-large' | 'prompt';

export interface ErrorRecord {
  /** For example `NamedParameterNotFound,Set-OwaVirtualDirectory`. */
  readonly fullyQualifiedErrorId: string;
  readonly message: string;
  /** PowerShell's ErrorCategory by name, for example `InvalidArgument`; left out where the peer sent none. */
  readonly category?: string;
  /** Name of the object that it is about, for example `EX2\owa (Default Web Site)`; left out where the peer named none. */
  readonly target?: string;
}

/** A value as PowerShell gives it, in the simplest form that loses nothing the project reads. */
export type PowerShellValue =
  | null
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | Date
  | readonly PowerShellValue[]
  | PowerShellTable
  | PowerShellObject;

/** A hash table; keys as text. */
export interface PowerShellTable {
  readonly entries: { readonly [key: string]: PowerShellValue };
}

/**
 * An object with properties. `text` is what `ToString()` gave on the server (the name of an identity, of an enum);
 * `number` is the value of an enum. `typeNames` starts with the most derived, `Deserialized.` left as sent.
 */
export interface PowerShellObject {
  readonly typeNames: readonly string[];
  readonly text?: string;
  readonly number?: number;
  readonly properties: { readonly [name: string]: PowerShellValue };
}
