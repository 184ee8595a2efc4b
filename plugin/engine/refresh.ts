import type { Values } from '../../schema';
import { conform } from '../values/conform';
import type { ManagedResource, ReadResult } from './definition';
import { keepSpelling } from './equality';
import { withoutWriteOnly } from './strip';

/**
 * The object as it is now, spelled as in `state` wherever both mean the same, and without write-only values. Its state
 * is null where it is gone. A legacy resource keeps the spelling that was read.
 */
export async function refreshed<Target>(
  resource: ManagedResource<Target>,
  state: Values,
  target: Target,
): Promise<ReadResult> {
  const { state: found, ...said } = await resource.read(state, target);
  if (found === null) return { state: null, ...said };
  const seen = withoutWriteOnly(resource.schema, conform(resource.schema, found));
  return { state: resource.legacy ? seen : keepSpelling(resource.schema, state, seen), ...said };
}
