import type { Step, StepKind } from '../exchange/resources';
import type { Maintenance } from '../exchange/resources/maintenance';
import type { Invocation } from '../powershell/invocation';
import type { DeclaredVersions } from './declared-versions';
import type { Run } from './run';
import type { Awaited, StepEnd, Written } from './step-end';
import { stoppedByGuard } from './step-guard';
import { awaitStep } from './step-wait';
import type { TargetReads } from './target-reads';
import type { TargetWrites } from './target-writes';

const OF_CERTIFICATES: ReadonlySet<StepKind> = new Set(['certificate-import', 'certificate-services']);

/**
 * Runs steps. Terraform applies resources that do not depend on each other at the same time; steps that would disturb each
 * other take turns, also where they run in different sessions.
 */
export class StepRunner {
  constructor(
    private readonly reads: TargetReads,
    private readonly writes: TargetWrites,
    private readonly versions: DeclaredVersions,
    private readonly run: Run,
  ) {}

  async perform(step: Step, signal: AbortSignal): Promise<StepEnd> {
    this.run.hasRun = true;
    const { server, kind, invocation } = step;
    const perform = () => this.#perform(step, signal);
    const { Identity: group } = invocation.parameters;
    // Two members that join a DAG at the same time may form two clusters.
    if (kind === 'dag-member' && typeof group === 'string')
      return this.run.turns.ofGroups.take(group, perform);
    // A certificate may take a service from another one of the same server.
    if (server === null || !OF_CERTIFICATES.has(kind)) return perform();
    return this.run.turns.ofCertificates.take(server, perform);
  }

  async #perform(step: Step, signal: AbortSignal): Promise<StepEnd> {
    const end =
      step.guard === undefined
        ? undefined
        : await stoppedByGuard(step, step.guard, this.reads, this.versions, signal);
    if (end !== undefined) return end;
    if (step.maintenance !== undefined) return this.#drained(step, step.maintenance, signal);
    return this.#act(step, signal);
  }

  /** Steps on one server take turns, so that none brings the server back into service while another one runs. */
  async #drained(step: Step, maintenance: Maintenance, signal: AbortSignal): Promise<StepEnd> {
    const { server } = maintenance;
    return this.run.turns.ofMaintenance.take(server, async () => {
      // Imported only here, since few steps need a drain.
      const { drained } = await import('./drain');
      const session = {
        read: (look: Invocation) => this.reads.read(look, server, signal),
        write: (call: Written) => this.writes.write(call, signal),
        insist: (call: Written, pausesMs: readonly number[]) => this.writes.insist(call, pausesMs),
        wait: (awaited: Awaited) => awaitStep(awaited, this.reads, signal),
      };
      return drained(maintenance, session, () => this.#act(step, signal), signal);
    });
  }

  async #act(step: Step, signal: AbortSignal): Promise<StepEnd> {
    if (step.until !== undefined) return awaitStep({ ...step, until: step.until }, this.reads, signal);
    return step.file === undefined
      ? this.writes.write(step, signal)
      : this.writes.withFile(step, step.file, signal);
  }
}
