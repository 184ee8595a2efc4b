import type { SecureText } from '../../powershell/invocation';
import type {
  ErrorRecord,
  PowerShellObject,
  PowerShellTable,
  PowerShellValue,
} from '../../powershell/outcome';

/** What stands behind our server of the PowerShell Remoting Protocol: whoever can run commands. */
export interface CommandHost {
  /** PSVersion that the session reports, for example `5.1.14393.0`. */
  readonly powerShellVersion: string;
  /**
   * Runs one pipeline. Each yield is sent at once, in order. An emission of kind `failed` must be the last;
   * without one the pipeline completes. Stops early where `signal` is aborted. What it must know from a person it asks
   * `client`.
   */
  run(pipeline: Pipeline, signal: AbortSignal, client: ClientHost): AsyncIterable<Emission>;
}

/** Whoever sits at the client's end of a pipeline. */
export interface ClientHost {
  /**
   * Lets them choose, and waits without limit for the number of a choice. Rejects with a `PromptFailed` where the client
   * has no host, answers with an error, or with what is none of the choices; also where the pipeline is stopped.
   */
  promptForChoice(prompt: ChoicePrompt): Promise<number>;
  /** Shows them a line of text; nobody where the client has no host. */
  writeLine(text: string): Promise<void>;
  /** Lets them out of a session that they entered; nothing where the client has no host. */
  leaveSession(): Promise<void>;
}

export interface ChoicePrompt {
  readonly caption: string;
  readonly message: string;
  readonly choices: readonly Choice[];
  /** Number of the choice that is taken where nothing is typed. */
  readonly preset: number;
}

export interface Choice {
  /** With `&` before the letter of its key. */
  readonly label: string;
  readonly help: string;
}

/** The statements of a pipeline, each a chain of commands whose output feeds the next. */
export interface Pipeline {
  readonly statements: readonly (readonly Command[])[];
  /** What was piped into the first command from the client's side. Left out: nothing. */
  readonly input?: readonly HostValue[];
}

export interface Command {
  readonly name: string;
  readonly isScript: boolean;
  readonly args: readonly CommandArgument[];
}

/**
 * As it came over the wire: a name (with or without its dash, perhaps abbreviated) and a value; or, from a real
 * PowerShell client, `-Name` with a null value followed by an entry without a name. Binding is the host's work.
 */
export interface CommandArgument {
  readonly name: string | null;
  readonly value: HostValue;
}

/** A value as the server hands it to the host: secure strings are decrypted already, wherever they stand. */
export type HostValue = PowerShellValue | SecureText | readonly HostValue[] | HostTable | HostObject;

/** A hash table that may hold secure strings. */
export interface HostTable {
  readonly entries: { readonly [key: string]: HostValue };
}

/** An object that may hold secure strings, for example a credential. */
export interface HostObject extends Omit<PowerShellObject, 'properties'> {
  readonly properties: { readonly [name: string]: HostValue };
}

export type Emission =
  | { readonly kind: 'output'; readonly value: PowerShellObject | PowerShellTable | PowerShellValue }
  | { readonly kind: 'error'; readonly error: ErrorRecord }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'verbose'; readonly message: string }
  | { readonly kind: 'progress'; readonly activity: string; readonly percent: number }
  | { readonly kind: 'failed'; readonly error: ErrorRecord };
