import type { Diagnostic, Path, Problem } from '../../schema';
import { formatPath } from '../../schema';
import type { CommittedCertificate, UnfitFile } from '../committed-certificate';
import type { DeclaredCertificate } from '../declared-certificates';
import type { RecordSet, ExchangeObject } from '../element';
import type { ExchangeSiteProps, Server } from '../site';
import type { Topology } from '../topology';

/** A certificate of the declaration, as a rule looks at it. */
export interface RuleCertificate extends DeclaredCertificate {
  /** Its certificate file, or why it is none; undefined where none is declared. */
  readonly committed: CommittedCertificate | UnfitFile | undefined;
}

/** What a rule looks at: the declaration, and what came of it. */
export interface RuleInput {
  readonly site: ExchangeSiteProps;
  readonly topology: Topology;
  readonly objects: readonly ExchangeObject[];
  readonly recordSets: readonly RecordSet[];
  /** In the order of the declaration. */
  readonly certificates: readonly RuleCertificate[];
}

/** Where something is wrong, and what, each in one line and in the words of the declaration. */
export interface Finding extends Problem {
  readonly path: Path;
}

/** A server in a sentence: `EX01 (Exchange Server 2016)`. */
export function withVersion({ name, version }: Pick<Server, 'name' | 'version'>): string {
  return `${name} (${version.toString()})`;
}

/** What the site says of all servers is found for each of them, and said once. */
export function saidOnce(findings: readonly Finding[]): readonly Finding[] {
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
  /** It is about how a value is spelled: where it finds something, no later rule looks at that value. */
  readonly spelling?: true;
  readonly check: (input: RuleInput) => readonly Finding[];
}

export interface SiteDiagnostic extends Diagnostic {
  readonly rule: string;
  readonly path: Path;
}

/** Two lines: where and what is wrong, and what to do about it. */
export function formatDiagnostic(diagnostic: SiteDiagnostic): string {
  const where = formatPath(diagnostic.path) || 'the site';
  return `${where}: ${diagnostic.summary} [${diagnostic.rule}]\n    remedy: ${diagnostic.detail}`;
}
