import type { Described, Element, ExchangeObject, FurtherRecord, PoolMember, RecordSet } from '../element';
import { connectorAddress, probeAddress, pageUrl, type Probe, type Step } from '../resources';

/** A step of the plan with its id. Both the JSON plan and the script are made from these. */
export type PlannedStep = PlannedCmdlet | PlannedProbe | PlannedPoolMember | PlannedRecordSet | PlannedByHand;

export interface PlannedCmdlet {
  readonly id: string;
  readonly after: readonly string[];
  readonly step: Step;
}

export interface PlannedProbe {
  readonly id: string;
  readonly after: readonly string[];
  readonly probe: Probe;
}

export interface PlannedPoolMember {
  readonly id: string;
  readonly after: readonly string[];
  readonly member: PoolMember;
}

export interface PlannedRecordSet {
  readonly id: string;
  readonly after: readonly string[];
  readonly record: RecordSet | FurtherRecord;
}

export interface PlannedByHand {
  readonly id: string;
  readonly after: readonly string[];
  readonly described: Described;
}

/**
 * The first step of a resource has the id of the resource; later ones append their cmdlet. So no id changes when a
 * resource gets a further step.
 */
function idsOf({ id, steps }: ExchangeObject): readonly string[] {
  const seen = new Map<string, number>();
  return steps.map(({ invocation }, index) => {
    if (index === 0) return id;
    const count = (seen.get(invocation.cmdlet) ?? 0) + 1;
    seen.set(invocation.cmdlet, count);
    return count === 1 ? `${id}/${invocation.cmdlet}` : `${id}/${invocation.cmdlet}/${count}`;
  });
}

/** The id of a check from the runner, made of the resource and the address that is checked. */
function probeId({ id }: ExchangeObject, probe: Probe): string {
  return `${id}/${addressOf(probe)}`;
}

function addressOf(probe: Probe): string {
  switch (probe.kind) {
    case 'page':
      return pageUrl(probe);
    case 'connector':
      return connectorAddress(probe);
    case 'certificate':
      return probeAddress(probe);
    case 'autodiscover':
      return `autodiscover://${probe.host}:${probe.port}/${probe.name}`;
  }
}

/** All steps in an order in which they can run. The elements must be in such an order already. */
export function plannedSteps(elements: readonly Element[]): readonly PlannedStep[] {
  const last = new Map<string, string>();
  return elements.flatMap((element): readonly PlannedStep[] => {
    const { id } = element;
    const after = element.dependsOn.flatMap((before) => last.get(before) ?? []);
    switch (element.type) {
      case 'exchange-object': {
        const ids = [...idsOf(element), ...element.probes.map((probe) => probeId(element, probe))];
        last.set(id, ids.at(-1) ?? id);
        return [
          ...element.steps.map((step) => ({ step })),
          ...element.probes.map((probe) => ({ probe })),
        ].map((planned, index) => ({
          id: ids[index] as string,
          after: index === 0 ? after : [ids[index - 1] as string],
          ...planned,
        }));
      }
      case 'pool-member':
        return [{ id, after, member: element }];
      case 'described':
        last.set(id, id);
        return [{ id, after, described: element }];
      case 'record-set':
      case 'further-record':
        last.set(id, id);
        return [{ id, after, record: element }];
    }
  });
}
