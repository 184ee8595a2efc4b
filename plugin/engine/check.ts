import { formatProblem, hasErrors, isKnown, isList, isRecord, path as pathOf, sameValue } from '../../schema';
import type { BlockSchema, Diagnostic, Path, Value, Values } from '../../schema';
import { failure } from './failure';
import { withoutWriteOnly } from './strip';

/** Runs the checks of the attributes on a configuration. Unknown values are checked later, once they are known. */
export function checkAttributes(schema: BlockSchema, config: Values, path: Path = []): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [name, attribute] of Object.entries(schema.attributes)) {
    const value = config[name] ?? null;
    if (value === null || !isKnown(value)) continue;
    const problem = attribute.problem?.(value);
    if (problem !== undefined) {
      found.push({
        ...failure(`${name} is not right`, formatProblem(problem)),
        path: [...path, ...pathOf(name)],
      });
    }
    if (attribute.deprecated !== undefined) {
      const summary = `${name} is deprecated`;
      found.push({
        severity: 'warning',
        summary,
        detail: attribute.deprecated,
        path: [...path, ...pathOf(name)],
      });
    }
  }
  for (const [name, block] of Object.entries(schema.blocks ?? {})) {
    const value: Value = config[name] ?? null;
    const here = [...path, ...pathOf(name)];
    if (isRecord(value)) found.push(...checkAttributes(block.schema, value, here));
    if (isList(value)) {
      // A block in a set has no position that a person or Terraform could look up.
      value.forEach((item, index) => {
        const place = block.nesting === 'set' ? here : [...here, { index }];
        if (isRecord(item)) found.push(...checkAttributes(block.schema, item, place));
      });
    }
  }
  return found;
}

/** Runs the checks of the attributes, and the definition's own check where those find no error. */
export function check(
  definition: { readonly schema: BlockSchema; validate?(config: Values): readonly Diagnostic[] },
  config: Values,
): readonly Diagnostic[] {
  const found = checkAttributes(definition.schema, config);
  return hasErrors(found) ? found : [...found, ...(definition.validate?.(config) ?? [])];
}

/** A Terraform before 1.11 would keep a write-only value in its state, so it is refused. */
export function exposedSecrets(schema: BlockSchema, config: Values): Diagnostic[] {
  const kept = withoutWriteOnly(schema, config);
  return Object.keys(config)
    .filter((name) => !sameValue(config[name] ?? null, kept[name] ?? null))
    .map((name) => ({
      ...failure(
        `${name} needs Terraform 1.11 or later`,
        'It is a write-only secret, which must not be kept in the state. This version of Terraform would keep it there.',
      ),
      path: pathOf(name),
    }));
}
