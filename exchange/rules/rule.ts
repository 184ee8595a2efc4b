import type { Diagnostic, Path, Problem } from '../../schema';
import { formatPath, visible } from '../../schema';
import type { CommittedCertificate, UnfitFile } from '../committed-certificate';
import type { DeclaredCertificate } from '../declared-certificates';
import type { RecordSet, ExchangeObject } from '../element';
import type { ExchangeSiteProps, Server } from '../site';
import type { Topology } from '../topology';

/** A declared certificate, with its certificate file, for rules. */
export interface RuleCertificate extends DeclaredCertificate {
  /** The content of its certificate file, or why that cannot be used; undefined where none is declared. */
  readonly committed: CommittedCertificate | UnfitFile | undefined;
}

/** The input of a rule: the declaration, and what is derived from it. */
export interface RuleInput {
  readonly site: ExchangeSiteProps;
  readonly topology: Topology;
  readonly objects: readonly ExchangeObject[];
  readonly recordSets: readonly RecordSet[];
  /** In the order of the declaration. */
  readonly certificates: readonly RuleCertificate[];
}

/**
 * A problem with its path in the declaration. Problem and remedy are one line each, in the terms of the declaration.
 */
export interface Finding extends Problem {
  readonly path: Path;
}

/** A server in a sentence: `EX01 (Exchange Server 2016)`. */
export function withVersion({ name, version }: Pick<Server, 'name' | 'version'>): string {
  return `${name} (${version.toString()})`;
}

/** Removes duplicate findings. A setting of the site for all servers is checked for each of them, but reported once. */
export function withoutDuplicates(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ path, problem }) => {
    const key = JSON.stringify([path, problem]);
    return !seen.has(key) && seen.add(key);
  });
}

/** One invariant of a declaration. */
export interface Rule {
  /** Stable: people and pipelines refer to it. */
  readonly id: string;
  /** An error stops the synth; a warning is shown. */
  readonly severity: Diagnostic['severity'];
  /** What must hold, and why, for the reference. */
  readonly description: string;
  /**
   * Set for rules about the spelling of a value: if such a rule finds something, later findings about this value are
   * left out.
   */
  readonly spelling?: true;
  /**
   * Set for rules whose findings may repeat those of others: at the place of an error of another rule they are left out.
   */
  readonly repeats?: true;
  readonly check: (input: RuleInput) => readonly Finding[];
}

export interface SiteDiagnostic extends Diagnostic {
  readonly rule: string;
  readonly path: Path;
}

/** A diagnostic in two lines: the path and the problem, then the remedy. */
export function formatDiagnostic(diagnostic: SiteDiagnostic): string {
  const where = formatPath(diagnostic.path) || 'the site';
  return `${oneLine(`${where}: ${diagnostic.summary}`)} [${diagnostic.rule}]\n    remedy: ${oneLine(diagnostic.detail)}`;
}

/** A declared value may hold a line feed; what is told stays on its line. */
function oneLine(text: string): string {
  return visible(text).replace(/\n/g, '\\n').replace(/\t/g, '\\t');
}
