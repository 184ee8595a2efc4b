import type { DesiredPoolMember, DesiredRecordSet, DesiredResource, DesiredState } from '../desired-state';
import type { Step } from '../resources';

/** A step of the plan with its id; what the JSON and the script are both made from. */
export type PlannedStep = PlannedCmdlet | PlannedPoolMember | PlannedRecordSet;

export interface PlannedCmdlet {
  readonly id: string;
  readonly after: readonly string[];
  readonly step: Step;
}

export interface PlannedPoolMember {
  readonly id: string;
  readonly after: readonly string[];
  readonly member: DesiredPoolMember;
}

export interface PlannedRecordSet {
  readonly id: string;
  readonly after: readonly string[];
  readonly record: DesiredRecordSet;
}

/** Why a server joins the pool of the load balancer, which is not configured from here. */
export const POOL_REASON =
  'The load balancer may send users to the server now that it is healthy. Add it there with its own tool.';

/**
 * The first step of a resource has the resource's id; a later one adds its cmdlet, so that no id changes when a
 * resource gets one more step.
 */
function idsOf({ id, steps }: DesiredResource): readonly string[] {
  const seen = new Map<string, number>();
  return steps.map(({ invocation }, index) => {
    if (index === 0) return id;
    const count = (seen.get(invocation.cmdlet) ?? 0) + 1;
    seen.set(invocation.cmdlet, count);
    return count === 1 ? `${id}/${invocation.cmdlet}` : `${id}/${invocation.cmdlet}/${count}`;
  });
}

/** Every step in an order in which they can run. */
export function plannedSteps(state: DesiredState): readonly PlannedStep[] {
  const last = new Map<string, string>();
  const after = (ids: readonly string[]) => ids.flatMap((id) => last.get(id) ?? []);
  const cmdlets = state.resources.flatMap((resource) => {
    const ids = idsOf(resource);
    const steps = resource.steps.map((step, index) => ({
      id: ids[index] as string,
      after: index === 0 ? after(resource.dependsOn) : [ids[index - 1] as string],
      step,
    }));
    last.set(resource.id, ids.at(-1) ?? resource.id);
    return steps;
  });
  const members = state.pool.map((member) => ({ id: member.id, after: after(member.dependsOn), member }));
  const records = state.dnsRecords.map((record) => ({
    id: record.id,
    after: after(record.dependsOn),
    record,
  }));
  return [...cmdlets, ...members, ...records];
}
