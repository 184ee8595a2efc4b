import type { Known } from '../../schema';
import { isKnown } from '../../schema';
import type { ExchangeObject } from '../element';
import type { Finding, Rule } from './rule';

/** `'x' is wrong; do this` in its two halves. */
function halves(text: string): readonly [string, string] {
  const at = text.indexOf('; ');
  return at === -1 ? [text, 'correct the value'] : [text.slice(0, at), text.slice(at + 2)];
}

function findings({ definition, attributes, origin }: ExchangeObject): readonly Finding[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    const check = definition.schema.attributes[name]?.problem;
    const path = origin[name] ?? origin['server'];
    if (check === undefined || path === undefined || value === null) return [];
    const found = isKnown(value as Known) ? check(value as Known) : undefined;
    if (found === undefined) return [];
    const [problem, remedy] = halves(found);
    return [{ path, problem, remedy }];
  });
}

export const attributeValue: Rule = {
  id: 'attribute-value',
  severity: 'error',
  description: 'What the provider would refuse at plan is found at synth already, by the same checks.',
  check: ({ objects }) => {
    const seen = new Set<string>();
    return objects.flatMap(findings).filter(({ path, problem }) => {
      const key = JSON.stringify([path, problem]);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  },
};
