import type { Diagnostic } from '../schema';
import { RunHistory } from './certificate-history';
import type { Readings } from './readings';
import { ShownCertificates } from './shown-certificates';

/** What the sessions of a run have in common. */
export class Run {
  /** What the steps of the run did to certificates. */
  readonly history = new RunHistory();
  readonly shown = new ShownCertificates();
  /**
   * A step was run: the run is an apply, and what it reads shows its own work. From then on only what is asked for is read,
   * since the rest may be about to change.
   */
  hasRun = false;
  readonly #said = new Set<string>();
  readonly #readings: Readings[] = [];

  /** Records that this is said, and returns what of it was not said before in this run: whoever asks must say that. */
  sayOnce(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
    return diagnostics.filter(({ summary, detail }) => {
      const text = `${summary}\n${detail}`;
      const isNew = !this.#said.has(text);
      this.#said.add(text);
      return isNew;
    });
  }

  /**
   * Errors that several objects meet, such as a wrong password: a plan says them once, since one stops it. An apply says
   * each: Terraform holds every object to its plan.
   */
  stopOnce(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
    return this.hasRun ? diagnostics : this.sayOnce(diagnostics);
  }

  /** What one session writes another one may have read. */
  share(readings: Readings): void {
    this.#readings.push(readings);
  }

  /** Makes the next of these reads anew. @param cmdlets that read */
  forget(cmdlets: readonly string[]): void {
    for (const readings of this.#readings) readings.forget(cmdlets);
  }

  /** Makes all next reads anew. */
  forgetReadings(): void {
    for (const readings of this.#readings) readings.forgetAll();
  }
}
