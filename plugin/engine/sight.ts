import type { Values } from '../../schema';
import { conform } from '../values/conform';
import type { ManagedResource, ReadResult } from './definition';
import { keepSpelling } from './equality';
import { withoutWriteOnly } from './strip';

/**
 * The object as it is now, in the spelling of its state and without what is write-only; null where it is gone. A legacy
 * resource shows every other spelling.
 */
export async function seenNow<Target>(
  resource: ManagedResource<Target>,
  state: Values,
  target: Target,
): Promise<ReadResult> {
  const { state: found, ...said } = await resource.read(state, target);
  if (found === null) return { state: null, ...said };
  const seen = withoutWriteOnly(resource.schema, conform(resource.schema, found));
  return { state: resource.legacy ? seen : keepSpelling(resource.schema, state, seen), ...said };
}
