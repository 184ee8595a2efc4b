import { UNKNOWN } from '../../schema';
import type { Values } from '../../schema';

/**
 * What a plan leaves for the calls that follow it: Terraform keeps these bytes beside the plan and hands them back.
 * People do not see them, but they are not secret: no write-only value may get in.
 */
export interface Memo {
  /** What would run to remove the object as it was planned with. */
  readonly removal?: readonly string[];
  /** The object that `find` found, or `resume`, from which the creation, or the update, goes on. */
  readonly existing?: Values;
  /** Where the removal was planned from what its plan saw (`read`) and found out (`inform`): what the state had otherwise. */
  readonly judged?: Values;
  /** The walk that planned the removal. */
  readonly plannedIn?: string;
}

const UNKNOWN_MARK = { $unknown: true };

function isUnknownMark(part: unknown): boolean {
  return typeof part === 'object' && part !== null && '$unknown' in part && Object.keys(part).length === 1;
}

export function writeMemo(memo: Memo): Uint8Array {
  const text = JSON.stringify(memo, (_name, part: unknown) => (part === UNKNOWN ? UNKNOWN_MARK : part));
  return Buffer.from(text === '{}' ? '' : text, 'utf8');
}

/** Nothing where the bytes are not ours: they can then only be of another version of the provider. */
export function readMemo(bytes: Uint8Array | undefined): Memo {
  if (bytes === undefined || bytes.length === 0) return {};
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'), (_name, part: unknown) =>
      isUnknownMark(part) ? UNKNOWN : part,
    ) as Memo;
  } catch {
    return {};
  }
}
