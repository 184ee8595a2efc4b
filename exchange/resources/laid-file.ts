import type { Invocation, Reference } from '../../powershell/invocation';

/** A file that lies on a server for the time of one step. */
export interface LaidFile {
  /** On the server: `C:\Windows\Temp\…`. */
  readonly path: string;
  /** Left out: the step lays none, and takes away what a deploy that was killed has left there. */
  readonly content?: Uint8Array | Reference;
}

/** A call about the file, and when it runs, in words for the plan: "only if …". Left out: always. */
export interface FileCall {
  readonly invocation: Invocation;
  readonly condition?: string;
}

/**
 * What runs right before the step. What lies there goes first: it may be of another account, which would keep its rights
 * to a file that is only written over.
 */
export function layingCalls({ path, content }: LaidFile): readonly FileCall[] {
  if (content === undefined) return [];
  return [
    { invocation: fileRemoval(path), condition: 'only if something lies there' },
    { invocation: { cmdlet: 'Set-Content', parameters: { Path: path, Value: content, Encoding: 'Byte' } } },
  ];
}

/** What runs after the step and after what is before it, however they ended. */
export function clearingCall({ path, content }: LaidFile): FileCall {
  const invocation = fileRemoval(path);
  return content === undefined
    ? { invocation, condition: 'only if an earlier deploy left it' }
    : { invocation };
}

function fileRemoval(path: string): Invocation {
  return { cmdlet: 'Remove-Item', parameters: { Path: path } };
}
