import { interruptionOf } from '../interruptions';
import type { Facts } from './facts';
import { maintenanceOf } from './maintenance';
import type { Step } from './step';

/** The steps of a change. Steps that could interrupt clients get the maintenance of their server around them. */
export function maintained(steps: readonly Step[], facts: Facts): readonly Step[] {
  const { maintenance: declared } = facts;
  if (declared === undefined) return steps;
  return steps.map((step) => {
    if (step.server === null || interruptionOf(step.invocation)?.isDrained !== true) return step;
    const maintenance = maintenanceOf(step.server, declared, facts);
    return maintenance === undefined ? step : { ...step, maintenance };
  });
}
