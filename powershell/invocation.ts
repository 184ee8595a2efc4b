/** A call of a cmdlet as data. Nothing in it is ever parsed as PowerShell. */
export interface Invocation {
  /** `Verb-Noun`. */
  readonly cmdlet: string;
  /** By name without the dash, in the order in which people read them. */
  readonly parameters: Parameters;
  /**
   * Properties that the caller reads of each object. Left out: all. A cmdlet that only looks is followed by
   * `Select-Object`, where the server takes it, so that answers stay small.
   */
  readonly properties?: readonly string[];
  /**
   * A question that the cmdlet may ask, and the answer that is meant. Left out: none is answered, and a cmdlet that asks
   * fails by itself. What else it asks is refused.
   */
  readonly question?: ExpectedQuestion;
}

/** A question in the middle of a cmdlet's work (`ShouldContinue`), which `-Confirm:$false` does not silence. */
export interface ExpectedQuestion {
  /** How it begins in English, as Microsoft's pages show it. */
  readonly text: string;
  /** What it is known by in other languages, for example the thumbprint of a certificate; letter case does not count. */
  readonly names: string;
  readonly answer: 'yes' | 'no';
}

export type Parameters = { readonly [name: string]: Argument };

/**
 * The value of a parameter. `null` is `$null` and clears a property; a list may be empty, which empties one;
 * `true` and `false` serve switches and booleans alike.
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
 * Text that travels as a secure string and is never shown. `source` tells people where it comes from
 * (for example `the PFX password`), since the value itself is never rendered.
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
 * A value that only a run can give: the content of a file, or a property of what an earlier step returned.
 * It stands in plans for people; a session refuses it.
 */
export class Reference {
  constructor(
    /** What it is, for people: `the content of webmail.pfx`. */
    readonly description: string,
    /** The variable that carries it in a script, without the dollar sign. */
    readonly variable: string,
    /** A property of that variable; left out: the variable itself. */
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
