import { exchange2007 } from './2007';
import { exchange2010 } from './2010';
import { exchange2013 } from './2013';
import { exchange2016 } from './2016';
import { exchange2019 } from './2019';
import type { ParameterFact, VersionDelta } from './delta';
import { exchangeSe } from './se';
import type { ExchangeVersion } from './version';

/** Each a delta to the one before; made where it is needed, since a start of the provider mostly needs none. */
const HISTORY: readonly (readonly [string, () => VersionDelta])[] = [
  ['2007', exchange2007],
  ['2010', exchange2010],
  ['2013', exchange2013],
  ['2016', exchange2016],
  ['2019', exchange2019],
  ['SE', exchangeSe],
];

/**
 * What every cmdlet takes. Names and aliases:
 * https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_commonparameters
 */
const COMMON: { readonly [name: string]: ParameterFact & { readonly aliases: readonly string[] } } = {
  Verbose: { type: 'SwitchParameter', aliases: ['vb'] },
  Debug: { type: 'SwitchParameter', aliases: ['db'] },
  ErrorAction: actionPreference('ea'),
  WarningAction: actionPreference('wa'),
  InformationAction: actionPreference('infa'),
  ErrorVariable: { type: 'String', aliases: ['ev'] },
  WarningVariable: { type: 'String', aliases: ['wv'] },
  InformationVariable: { type: 'String', aliases: ['iv'] },
  OutVariable: { type: 'String', aliases: ['ov'] },
  OutBuffer: { type: 'Int32', aliases: ['ob'] },
  PipelineVariable: { type: 'String', aliases: ['pv'] },
};

/** In the order of their numbers: https://learn.microsoft.com/dotnet/api/system.management.automation.actionpreference */
function actionPreference(alias: string) {
  const values = ['SilentlyContinue', 'Stop', 'Continue', 'Inquire', 'Ignore', 'Suspend'];
  return { type: 'ActionPreference', aliases: [alias], values };
}

/** Aliases of the parameters of cmdlets that change something. */
const ALIASES: { readonly [name: string]: readonly string[] } = { Confirm: ['cf'], WhatIf: ['wi'] };

export interface CatalogParameter extends ParameterFact {
  readonly name: string;
  readonly aliases: readonly string[];
  /** True for the parameters that every cmdlet has. */
  readonly common: boolean;
}

/** What a call's parameter name stands for. */
export type ParameterResolution =
  | { readonly kind: 'found'; readonly parameter: CatalogParameter }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] };

export class CatalogCmdlet {
  /** In documented order, common ones last. */
  readonly parameters: readonly CatalogParameter[];

  constructor(
    readonly name: string,
    /** Asks for confirmation unless `Confirm` is sent false. */
    readonly asks: boolean,
    /** May have more parameters than are listed. */
    readonly partial: boolean,
    facts: ReadonlyMap<string, ParameterFact>,
  ) {
    this.parameters = [
      ...[...facts].map(([parameter, fact]) => ({
        ...fact,
        name: parameter,
        aliases: ALIASES[parameter] ?? [],
        common: false,
      })),
      ...Object.entries(COMMON).map(([parameter, fact]) => ({ ...fact, name: parameter, common: true })),
    ];
  }

  /** By its full name, in any letter case. */
  parameter(name: string): CatalogParameter | undefined {
    const wanted = name.toLowerCase();
    return this.parameters.find((parameter) => parameter.name.toLowerCase() === wanted);
  }

  /** As PowerShell does it: the full name, an alias, or a prefix that only one name or alias has. */
  resolve(name: string): ParameterResolution {
    const wanted = name.toLowerCase();
    const exact = this.parameters.find((parameter) => spellings(parameter).includes(wanted));
    if (exact !== undefined) return { kind: 'found', parameter: exact };
    const candidates = this.parameters.filter((parameter) =>
      spellings(parameter).some((spelling) => spelling.startsWith(wanted)),
    );
    // A prefix of exactly one of the cmdlet's own parameters is that one, whatever common parameter it begins too:
    // MergedCommandParameterMetadata.GetMatchingParameter in PowerShell's source.
    const own = candidates.filter((parameter) => !parameter.common && !(parameter.name in ALIASES));
    const [first, ...others] = own.length === 1 ? own : candidates;
    if (wanted === '' || first === undefined) return { kind: 'unknown' };
    if (others.length === 0) return { kind: 'found', parameter: first };
    return { kind: 'ambiguous', candidates: [first, ...others].map((parameter) => parameter.name) };
  }
}

function spellings(parameter: CatalogParameter): readonly string[] {
  return [parameter.name, ...parameter.aliases].map((spelling) => spelling.toLowerCase());
}

/** Why a version of Exchange cannot run a call. */
export type Unsupported =
  | { readonly problem: 'cmdlet'; readonly name: string }
  | { readonly problem: 'parameter'; readonly name: string; readonly cmdlet: string }
  | {
      readonly problem: 'ambiguous';
      readonly name: string;
      readonly cmdlet: string;
      readonly candidates: readonly string[];
    };

/** The cmdlets of one version. */
export class Catalog {
  /** By name in lower case. A run asks for a few of hundreds, so that each is made when it is asked for. */
  readonly #makers: ReadonlyMap<string, () => CatalogCmdlet>;
  readonly #made = new Map<string, CatalogCmdlet>();

  constructor(
    readonly version: ExchangeVersion,
    makers: Iterable<readonly [name: string, make: () => CatalogCmdlet]>,
  ) {
    this.#makers = new Map([...makers].map(([name, make]) => [name.toLowerCase(), make]));
  }

  get cmdlets(): readonly CatalogCmdlet[] {
    return [...this.#makers.keys()].flatMap((name) => this.cmdlet(name) ?? []);
  }

  /** By its name, in any letter case. */
  cmdlet(name: string): CatalogCmdlet | undefined {
    const wanted = name.toLowerCase();
    const made = this.#made.get(wanted) ?? this.#makers.get(wanted)?.();
    if (made !== undefined) this.#made.set(wanted, made);
    return made;
  }

  /** Whether the version has a cmdlet, or the cmdlet a parameter of this full name. */
  has(cmdlet: string, parameter?: string): boolean {
    const found = this.cmdlet(cmdlet);
    return found !== undefined && (parameter === undefined || found.parameter(parameter) !== undefined);
  }

  /** Undefined where the version has the cmdlet and every parameter of the call; otherwise the first that it lacks. */
  supports(call: {
    readonly cmdlet: string;
    readonly parameters: { readonly [name: string]: unknown };
  }): Unsupported | undefined {
    const cmdlet = this.cmdlet(call.cmdlet);
    if (cmdlet === undefined) return { problem: 'cmdlet', name: call.cmdlet };
    for (const name of Object.keys(call.parameters)) {
      const resolution = cmdlet.resolve(name);
      if (resolution.kind === 'unknown') return { problem: 'parameter', name, cmdlet: cmdlet.name };
      if (resolution.kind === 'ambiguous') {
        return { problem: 'ambiguous', name, cmdlet: cmdlet.name, candidates: resolution.candidates };
      }
    }
    return undefined;
  }
}

const catalogs = new Map<ExchangeVersion, Catalog>();

/** The catalog of a version. Made once, when it is first asked for. */
export function catalogOf(version: ExchangeVersion): Catalog {
  const made = catalogs.get(version) ?? build(version);
  catalogs.set(version, made);
  return made;
}

interface Draft {
  asks: boolean;
  partial: boolean;
  readonly facts: Map<string, ParameterFact>;
}

function build(version: ExchangeVersion): Catalog {
  const drafts = new Map<string, Draft>();
  for (const [label, delta] of HISTORY) {
    apply(delta(), drafts);
    if (label === version.label) break;
  }
  const makers = [...drafts].map(([name, draft]): [string, () => CatalogCmdlet] => [
    name,
    () => new CatalogCmdlet(name, draft.asks, draft.partial, draft.facts),
  ]);
  return new Catalog(version, makers);
}

function apply(delta: VersionDelta, drafts: Map<string, Draft>): void {
  for (const name of delta.removed) drafts.delete(name);
  for (const [name, change] of Object.entries(delta.cmdlets)) {
    const draft = drafts.get(name) ?? {
      asks: false,
      partial: false,
      facts: new Map<string, ParameterFact>(),
    };
    draft.asks = change.asks ?? draft.asks;
    draft.partial = change.partial ?? draft.partial;
    for (const [parameter, fact] of Object.entries(change.parameters ?? {})) {
      if (fact === null) draft.facts.delete(parameter);
      else draft.facts.set(parameter, typeof fact === 'string' ? { type: fact } : fact);
    }
    drafts.set(name, draft);
  }
}
