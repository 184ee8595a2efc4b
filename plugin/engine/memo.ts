import { isRecord, UNKNOWN } from '../../schema';
import type { Value, Values } from '../../schema';

/**
 * What a plan hands to the calls that follow it, as the private data of the plan: Terraform keeps these bytes beside
 * the plan and passes them on. People do not see them, but they are not secret, so no write-only value may get in.
 */
export interface Memo {
  /**
   * The steps that the removal of the object runs, as the plan showed them:
   *
   * - present after the plan of an update or of a removal
   * - absent, in a definition with `find`, after the plan of a creation, and of a removal that is planned after the walk has
   *   applied a change
   *
   * Terraform replaces an object by a creation and a removal that share one memo, so that the engine knows them by it:
   *
   * - On `-replace` it is the memo of an update, so that a creation with these steps in its memo is refused.
   * - After `terraform taint` it is the memo of a creation, so that a removal without these steps in its memo belongs to a
   *   replacement, and runs nothing.
   */
  readonly removal?: readonly string[];
  /** The object that `find` or `resume` found. The creation or the update goes on from it. */
  readonly existing?: Values;
  /**
   * The values from which the removal was planned, where they differ from the state: those that the plan read (`read`)
   * and looked up (`inform`).
   */
  readonly changedValues?: Values;
  /** The id of the walk that planned the removal. */
  readonly plannedIn?: string;
}

const UNKNOWN_MARK = { $unknown: true };

function isUnknownMark(part: unknown): boolean {
  return typeof part === 'object' && part !== null && '$unknown' in part && Object.keys(part).length === 1;
}

export function writeMemo(memo: Memo): Uint8Array {
  const text = JSON.stringify(memo, (_name, part: unknown) => (part === UNKNOWN ? UNKNOWN_MARK : part));
  return Buffer.from(text === '{}' ? '' : text);
}

/**
 * Empty where the bytes hold no JSON object: then another version of the provider wrote them. A removal with an empty
 * memo runs nothing where the resource has `find`, as beside a replacement; otherwise it runs the steps of the state.
 */
export function readMemo(bytes: Uint8Array | undefined): Memo {
  if (bytes === undefined || bytes.length === 0) return {};
  try {
    const memo: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'), (_name, part: unknown) =>
      isUnknownMark(part) ? UNKNOWN : part,
    );
    return isRecord(memo as Value) ? (memo as Memo) : {};
  } catch {
    return {};
  }
}
