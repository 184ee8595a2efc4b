/** What a version of Exchange changes against the version before it. Data only: nothing here decides anything. */
export interface VersionDelta {
  /** Cmdlets that the version no longer has. */
  readonly removed: readonly string[];
  /** Cmdlets that are new, and those that differ. */
  readonly cmdlets: { readonly [name: string]: CmdletDelta };
}

export interface CmdletDelta {
  /** It asks for confirmation even where nobody wished for it, so that a session without a host cannot run it. */
  readonly asks?: boolean;
  /** The cmdlet's own page was not found: it may have more parameters than are listed. */
  readonly partial?: boolean;
  /** New or different parameters; null takes one away. */
  readonly parameters?: { readonly [name: string]: ParameterFact | string | null };
}

/** A parameter as documented. Where only the type is known of it, the type alone stands in its place. */
export interface ParameterFact {
  /** Name of the .NET type, as the documentation writes it. */
  readonly type: string;
  readonly required?: boolean;
  /** From 1. Left out: by name only. */
  readonly position?: number;
  readonly pipeline?: boolean;
  /** Parameter sets that it belongs to. Left out: all. */
  readonly sets?: readonly string[];
  /** The values it takes; for an enum, in the order of their numbers where that is known. Left out: any. */
  readonly values?: readonly string[];
  /** What the cmdlet goes by where it is not given. Left out: not known, or nothing. */
  readonly whenOmitted?: readonly string[];
  /** Values that mean something in other versions, and cannot be given in this one. Left out: none. */
  readonly refuses?: readonly string[];
  /** Parameters that it cannot be combined with. */
  readonly excludes?: readonly string[];
}
