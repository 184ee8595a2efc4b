import type { DescribedStep, ExchangePlan } from '../../exchange/plan/model';

/** What people see to by themselves, by its id. */
export function described({ steps }: ExchangePlan, id: string): DescribedStep {
  const found = steps.find((step): step is DescribedStep => step.kind === 'described' && step.id === id);
  if (found === undefined) throw new Error(`there is no described step ${id}`);
  return found;
}
