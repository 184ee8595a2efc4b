import type { Known } from '../../schema';
import { isKnown } from '../../schema';
import type { ExchangeObject } from '../element';
import { withoutDuplicates, type Finding, type Rule } from './rule';

function findings({ definition, attributes, origin }: ExchangeObject): readonly Finding[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    const check = definition.schema.attributes[name]?.problem;
    const path = origin[name] ?? origin['server'];
    if (check === undefined || path === undefined || value === null) return [];
    const found = isKnown(value as Known) ? check(value as Known) : undefined;
    return found === undefined ? [] : [{ path, ...found }];
  });
}

export const attributeValue: Rule = {
  id: 'attribute-value',
  severity: 'error',
  repeats: true,
  description: 'Synth already makes the checks of attribute values that the provider makes at plan.',
  check: ({ objects }) => withoutDuplicates(objects.flatMap(findings)),
};
