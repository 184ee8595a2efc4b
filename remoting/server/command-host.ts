import type { SecureText } from '../../powershell/invocation';
import type {
  ErrorRecord,
  PowerShellObject,
  PowerShellTable,
  PowerShellValue,
} from '../../powershell/outcome';

/** Runs commands behind our server of the PowerShell Remoting Protocol. */
export interface CommandHost {
  /** The PSVersion of the session, for example `5.1.14393.0`. */
  readonly powerShellVersion: string;
  /**
   * Runs one pipeline. Each emission is sent at once, in order. One of kind `failed` must be the last; without it the
   * pipeline completes. Stops early where `signal` is aborted. Asks `client` what only a person can say.
   */
  run(pipeline: Pipeline, signal: AbortSignal, client: ClientHost): AsyncIterable<Emission>;
}

/** The person at the client's end of a pipeline. */
export interface ClientHost {
  /**
   * Asks for a choice, and waits without limit for its number. Rejects with a `PromptFailed` where the client has no
   * host, answers with an error or with a number that is no choice, and where the pipeline is stopped.
   */
  promptForChoice(prompt: ChoicePrompt): Promise<number>;
  /** Shows a line of text. Does nothing where the client has no host. */
  writeLine(text: string): Promise<void>;
  /** Leaves a session that the person entered. Does nothing where the client has no host. */
  leaveSession(): Promise<void>;
}

export interface ChoicePrompt {
  readonly caption: string;
  readonly message: string;
  readonly choices: readonly Choice[];
  /** Number of the choice that an empty answer takes. */
  readonly preset: number;
}

export interface Choice {
  /** With `&` before the letter that is its key. */
  readonly label: string;
  readonly help: string;
}

/** The statements of a pipeline. Each is a chain of commands, whose output is the input of the next. */
export interface Pipeline {
  readonly statements: readonly (readonly Command[])[];
  /** Objects that the client piped into the first command. Left out: none. */
  readonly input?: readonly HostValue[];
}

export interface Command {
  readonly name: string;
  readonly isScript: boolean;
  readonly args: readonly CommandArgument[];
}

/**
 * An argument as it was sent: a name (with or without its dash, and possibly abbreviated) with a value. A real
 * PowerShell client sends `-Name` with a null value, followed by an entry without a name. The host binds them to
 * parameters.
 */
export interface CommandArgument {
  readonly name: string | null;
  readonly value: HostValue;
}

/** A value as the server hands it to the host, with secure strings decrypted wherever they are. */
export type HostValue = PowerShellValue | SecureText | readonly HostValue[] | HostTable | HostObject;

/** A hash table that may contain secure strings. */
export interface HostTable {
  readonly entries: { readonly [key: string]: HostValue };
}

/** An object that may contain secure strings, for example a credential. */
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
