/**
 * The outcome of a call. Errors carry ids, which are stable and not localized. Their messages are for people and are
 * never parsed.
 */
export type Outcome = ObjectsOutcome | FailedOutcome | UnknownOutcome;

/** The call ran to its end. Errors that did not terminate it come beside the objects. */
export interface ObjectsOutcome {
  readonly kind: 'objects';
  readonly objects: readonly PowerShellObject[];
  readonly warnings: readonly string[];
  readonly errors: readonly ErrorRecord[];
}

/** The call was ended by a terminating error, was refused, or could not be sent. Nothing ran after the error. */
export interface FailedOutcome {
  readonly kind: 'failed';
  readonly error: ErrorRecord;
  readonly warnings: readonly string[];
  /** Non-terminating errors that came before. */
  readonly errors: readonly ErrorRecord[];
  /** The text of a question that was not expected, and was refused an answer. Left out where there was none. */
  readonly unexpectedQuestion?: string;
  /** Why the call was never sent, so that it certainly had no effect. Left out where it was sent. */
  readonly notSent?: Interruption;
  /** The bound because of which it was not sent. Left out where there is none. */
  readonly bound?: Bound;
}

/** The connection ended or the time ran out after the call was sent. It may or may not have taken effect. */
export interface UnknownOutcome {
  readonly kind: 'unknown';
  /** What is known about the cause, for people. */
  readonly message: string;
  readonly interruption?: Interruption;
  /** The bound that caused it. Left out where there is none. */
  readonly bound?: Bound;
}

/** A bound: the name of its option, for example `callTimeoutMs`, and its value. */
export interface Bound {
  readonly name: string;
  readonly limit: number;
}

/**
 * What broke a call off: the connection ended (`closed`), the time ran out, the caller stopped it, the peer broke the
 * protocol, the answer exceeded a bound, or the command asked a question that was not expected (`prompt`).
 */
export type Interruption = 'closed' | 'timeout' | 'stopped' | 'protocol' | 'too-large' | 'prompt';

export interface ErrorRecord {
  /** For example `NamedParameterNotFound,Set-OwaVirtualDirectory`. */
  readonly fullyQualifiedErrorId: string;
  readonly message: string;
  /** PowerShell's ErrorCategory by name, for example `InvalidArgument`. Left out where the peer sent none. */
  readonly category?: string;
  /**
   * Name of the object that the error is about, for example `EX2\owa (Default Web Site)`. Left out where the peer named
   * none.
   */
  readonly target?: string;
}

/** A value as PowerShell gives it, in the simplest form that keeps all that the project reads. */
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

/** A hash table. Its keys are text. */
export interface PowerShellTable {
  readonly entries: { readonly [key: string]: PowerShellValue };
}

/**
 * An object with properties. `text` is the result of its `ToString()` on the server, for example the name of an
 * identity or of an enum's value; `number` is the value of an enum. `typeNames` begins with the most derived type, with
 * `Deserialized.` before it where the server sent that.
 */
export interface PowerShellObject {
  readonly typeNames: readonly string[];
  readonly text?: string;
  readonly number?: number;
  readonly properties: { readonly [name: string]: PowerShellValue };
}
