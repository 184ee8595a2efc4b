/** A call of a cmdlet, as data. No part of it is ever parsed as PowerShell. */
export interface Invocation {
  /** `Verb-Noun`. */
  readonly cmdlet: string;
  /** By name without the dash. A rendered call lists them in this order. */
  readonly parameters: Parameters;
  /**
   * The properties that the caller reads of each object. Left out: all of them. Behind a cmdlet that only reads, the
   * session then sends `Select-Object` where the server takes it, so that answers stay small.
   */
  readonly properties?: readonly string[];
  /**
   * The question that the cmdlet may ask, and its answer. Any other question is refused. Left out: no question is
   * answered, and a cmdlet that asks one fails.
   */
  readonly question?: ExpectedQuestion;
}

/**
 * A question that a cmdlet asks in the middle of its work (`ShouldContinue`). `-Confirm:$false` does not suppress it.
 */
export interface ExpectedQuestion {
  /** The beginning of its English text, as Microsoft's pages show it. */
  readonly text: string;
  /**
   * What names the subject of the question in any language, for example the thumbprint of a certificate. Letter case
   * does not count.
   */
  readonly names: string;
  readonly answer: 'yes' | 'no';
}

export type Parameters = { readonly [name: string]: Argument };

/**
 * The value of a parameter. `null` is `$null` and clears a property. A list may be empty, and then empties a property.
 * `true` and `false` are taken by switches and booleans alike.
 */
export type Argument =
  | null
  | string
  | number
  | boolean
  | Uint8Array
  | SecureText
  | Credential
  | Reference
  | readonly Argument[]
  | Table;

/** A hash table, for example `@{ Add = '…' }`. */
export interface Table {
  readonly table: { readonly [key: string]: Argument };
}

/**
 * Text that is sent as a secure string and never shown. `source` tells people where it comes from, for example `the PFX
 * password`, since the value itself is never rendered.
 */
export class SecureText {
  readonly #value: string;

  constructor(
    value: string,
    readonly source: string,
  ) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `<${this.source}>`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** A user with a password, as `Get-Credential` gives it: a `PSCredential`. The password is never shown. */
export class Credential {
  constructor(
    /** `probe@contoso.com` or `CONTOSO\probe`. */
    readonly user: string,
    readonly password: SecureText,
  ) {}

  toString(): string {
    return `<${this.user}, ${this.password.source}>`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/**
 * A value that is known only during a run: the content of a file, or a property of an object that an earlier step
 * returned. Plans show its description. A session refuses to send it.
 */
export class Reference {
  constructor(
    /** What it is, for people: `the content of webmail.pfx`. */
    readonly description: string,
    /** The variable that holds it in a script, without the dollar sign. */
    readonly variable: string,
    /** The property of that variable. Left out: the variable itself. */
    readonly property?: string,
  ) {}
}

export function isTable(argument: Argument): argument is Table {
  return (
    typeof argument === 'object' &&
    argument !== null &&
    !Array.isArray(argument) &&
    !(argument instanceof Uint8Array) &&
    !(argument instanceof SecureText) &&
    !(argument instanceof Credential) &&
    !(argument instanceof Reference)
  );
}
