import type { Diagnostic } from '../schema';
import { RunHistory } from './certificate-history';
import type { Readings } from './readings';
import { ShownCertificates } from './shown-certificates';
import { Turns } from './turns';

/** The state that all sessions of a run share. */
export class Run {
  /** What the steps of the run did to certificates. */
  readonly history = new RunHistory();
  readonly shown = new ShownCertificates();
  /**
   * True once a step with a cmdlet has begun: the run is an apply, and its reads show its own changes. From then on each
   * read asks only for what is needed, since the rest may be about to change. Before its first step an apply is not told
   * apart from a plan.
   */
  hasRun = false;
  /** Steps about the same certificates, DAG or server take turns: by the name of the server or the DAG. */
  readonly turns = { ofCertificates: new Turns(), ofGroups: new Turns(), ofMaintenance: new Turns() };
  readonly #reported = new Set<string>();
  readonly #readings: Readings[] = [];
  readonly #withheld = new Map<string, readonly Diagnostic[]>();

  /**
   * Records the diagnostics as reported, and returns those that were not reported before in this run. The caller must
   * report them.
   */
  reportOnce(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
    return diagnostics.filter(({ summary, detail }) => {
      const text = `${summary}\n${detail}`;
      const isNew = !this.#reported.has(text);
      this.#reported.add(text);
      return isNew;
    });
  }

  /**
   * For errors that many objects share, such as a wrong password. A plan reports each once, since one is enough to stop
   * it. Once a step has begun, each is reported for every object, since Terraform expects every object as planned or an
   * error. In an apply before that, Terraform goes on with the objects that were told nothing: their steps must ask
   * `withheldFrom`.
   *
   * @param server whose objects have the errors; null for the organization
   */
  reportOnceInPlan(diagnostics: readonly Diagnostic[], server: string | null): readonly Diagnostic[] {
    if (this.hasRun) return diagnostics;
    const reported = this.reportOnce(diagnostics);
    const withheld = diagnostics.filter((each) => each.severity === 'error' && !reported.includes(each));
    if (withheld.length > 0) this.#withheld.set(keyOf(server), withheld);
    return reported;
  }

  /** The errors of a server that were reported for one of its objects only. No step may run there. */
  withheldFrom(server: string | null): readonly Diagnostic[] {
    return this.#withheld.get(keyOf(server)) ?? [];
  }

  /** Registers the reads of a session, so that the writes of other sessions outdate them too. */
  share(readings: Readings): void {
    this.#readings.push(readings);
  }

  /** Marks the shared reads of these cmdlets as outdated, in all sessions. */
  forget(cmdlets: readonly string[]): void {
    for (const readings of this.#readings) readings.forget(cmdlets);
  }

  /** Marks all shared reads as outdated, in all sessions. */
  forgetReadings(): void {
    for (const readings of this.#readings) readings.forgetAll();
  }
}

function keyOf(server: string | null): string {
  return server?.toLowerCase() ?? '';
}
