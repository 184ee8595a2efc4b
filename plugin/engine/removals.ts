import { isList, isRecord, UNKNOWN } from '../../schema';
import type { Value, Values } from '../../schema';

/**
 * Removals done in this process as the first half of a replacement. Terraform plans the second half again right after,
 * with neither the old object nor what the plan left for it; yet that plan must show the same steps as the first one.
 */
export class Removals {
  readonly #done: {
    readonly typeName: string;
    readonly planned: Values;
    readonly removal: readonly string[];
  }[] = [];

  add(typeName: string, planned: Values, removal: readonly string[]): void {
    this.#done.push({ typeName, planned, removal });
  }

  /** The removal that made room for the object planned here, if there was one; each is given once. */
  take(typeName: string, planned: Values): readonly string[] | undefined {
    const index = this.#done.findIndex(
      (entry) => entry.typeName === typeName && couldBecome(entry.planned, planned),
    );
    return index < 0 ? undefined : this.#done.splice(index, 1)[0]?.removal;
  }
}

/** Whether a value planned with unknown parts could have become the other. */
function couldBecome(before: Value, now: Value): boolean {
  if (before === UNKNOWN || now === UNKNOWN) return true;
  if (isList(before) && isList(now)) {
    return (
      before.length === now.length && before.every((item, index) => couldBecome(item, now[index] as Value))
    );
  }
  if (isRecord(before) && isRecord(now)) {
    return Object.entries(now).every(([name, value]) => couldBecome(before[name] ?? null, value));
  }
  return before === now;
}
