/** A build number's four parts, for example 15.1.2375.7. */
export interface Build {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  readonly revision: number;
}

/** The first build of the Subscription Edition; before it, 15.2 is Exchange 2019. */
const FIRST_SE_BUILD = 2562;

/**
 * A version of Exchange Server. Its catalog of cmdlets goes by the version; builds only tell which one it is.
 * https://learn.microsoft.com/exchange/new-features/build-numbers-and-release-dates
 */
export class ExchangeVersion {
  static readonly V2007 = new ExchangeVersion('2007', 0);
  static readonly V2010 = new ExchangeVersion('2010', 1);
  static readonly V2013 = new ExchangeVersion('2013', 2);
  static readonly V2016 = new ExchangeVersion('2016', 3);
  static readonly V2019 = new ExchangeVersion('2019', 4);
  static readonly SE = new ExchangeVersion('SE', 5);

  /** Oldest first. */
  static readonly ALL: readonly ExchangeVersion[] = [
    ExchangeVersion.V2007,
    ExchangeVersion.V2010,
    ExchangeVersion.V2013,
    ExchangeVersion.V2016,
    ExchangeVersion.V2019,
    ExchangeVersion.SE,
  ];

  private constructor(
    /** `2007`, `2010`, `2013`, `2016`, `2019` or `SE`. */
    readonly label: string,
    private readonly rank: number,
  ) {}

  /**
   * By its label, in any letter case.
   *
   * @throws RangeError where no version has the label
   */
  static of(label: string): ExchangeVersion {
    const found = ExchangeVersion.ALL.find((version) => version.label === label.toUpperCase());
    if (found === undefined) {
      const labels = ExchangeVersion.ALL.map((version) => version.label).join(', ');
      throw new RangeError(`'${label}' is no version of Exchange Server; there are ${labels}`);
    }
    return found;
  }

  /**
   * By a build number such as `15.2.2562.17`, or the text that servers give: `Version 15.1 (Build 2375.7)`.
   * Left out where the build belongs to no known version.
   */
  static ofBuild(text: string): ExchangeVersion | undefined {
    const build = parseBuild(text);
    if (build === undefined) return undefined;
    if (build.major === 8) return ExchangeVersion.V2007;
    if (build.major === 14) return ExchangeVersion.V2010;
    if (build.major !== 15) return undefined;
    if (build.minor === 0) return ExchangeVersion.V2013;
    if (build.minor === 1) return ExchangeVersion.V2016;
    if (build.minor !== 2) return undefined;
    return build.build < FIRST_SE_BUILD ? ExchangeVersion.V2019 : ExchangeVersion.SE;
  }

  /**
   * Whether a server goes from the one to the other by an update in place, as by a cumulative update: 2019 to the
   * Subscription Edition. In between a DAG has members of both.
   * https://learn.microsoft.com/exchange/plan-and-deploy/deployment-ref/upgrade-to-exchange-server-se
   */
  isUpdatedTo(other: ExchangeVersion): boolean {
    return this === ExchangeVersion.V2019 && other === ExchangeVersion.SE;
  }

  /** Whether servers of both may be members of one DAG: all run one version, or an update in place is under way. */
  goesWith(other: ExchangeVersion): boolean {
    return this === other || this.isUpdatedTo(other) || other.isUpdatedTo(this);
  }

  /** As a declaration has it: `ExchangeVersion.V2019`, `ExchangeVersion.SE`. */
  get declaredAs(): string {
    return `ExchangeVersion.${/^\d/.test(this.label) ? 'V' : ''}${this.label}`;
  }

  isAtLeast(other: ExchangeVersion): boolean {
    return this.rank >= other.rank;
  }

  toString(): string {
    return this.label === 'SE' ? 'Exchange Server SE' : `Exchange Server ${this.label}`;
  }

  toJSON(): string {
    return this.label;
  }
}

/** Whether one build came before another one. */
export function isEarlier(build: Build, other: Build): boolean {
  const parts = (of: Build) => [of.major, of.minor, of.build, of.revision];
  const others = parts(other);
  const difference = parts(build).map((part, index) => part - (others[index] ?? 0));
  return (difference.find((each) => each !== 0) ?? 0) < 0;
}

const DOTTED = /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})\.(\d{1,5})$/;
const DISPLAYED = /^Version (\d{1,5})\.(\d{1,5}) \(Build (\d{1,5})\.(\d{1,5})\)$/;

/** The parts of a build number in either form; undefined for anything else. */
export function parseBuild(text: string): Build | undefined {
  const parts = DOTTED.exec(text) ?? DISPLAYED.exec(text);
  if (parts === null) return undefined;
  const [major, minor, build, revision] = parts.slice(1).map(Number);
  return { major: major!, minor: minor!, build: build!, revision: revision! };
}
