import type { Invocation, Reference } from '../../powershell/invocation';

/** A file that exists on a server for the duration of one step. */
export interface LaidFile {
  /** Path on the server: `C:\Windows\Temp\…`. */
  readonly path: string;
  /** Left out: the step writes no file, but deletes the one that an interrupted deploy may have left. */
  readonly content?: Uint8Array | Reference;
}

/** A call, and in `condition` when it runs, in words for the plan: "only if …". Left out: always. */
export interface FileCall {
  readonly invocation: Invocation;
  readonly condition?: string;
}

/**
 * The calls right before the step. An existing file is deleted first, because it may belong to another account, which
 * would keep its rights if the file were only overwritten.
 */
export function layingCalls({ path, content }: LaidFile): readonly FileCall[] {
  if (content === undefined) return [];
  return [
    { invocation: fileRemoval(path), condition: 'only if something lies there' },
    { invocation: { cmdlet: 'Set-Content', parameters: { Path: path, Value: content, Encoding: 'Byte' } } },
  ];
}

/** The call that deletes the file afterwards, even if the step or a call before it failed. */
export function clearingCall({ path, content }: LaidFile): FileCall {
  const invocation = fileRemoval(path);
  return content === undefined
    ? { invocation, condition: 'only if an earlier deploy left it' }
    : { invocation };
}

function fileRemoval(path: string): Invocation {
  return { cmdlet: 'Remove-Item', parameters: { Path: path } };
}
