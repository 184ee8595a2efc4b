/**
 * Calls that may wait for the network run on libuv's threads, one at a time: a key distribution center that drops
 * packets blocks a thread for half a minute, and with all four threads blocked Node resolves no name and reads no file.
 */
let last: Promise<unknown> = Promise.resolve();

/** A function of a foreign library with its asynchronous form. */
export interface NativeFunction {
  (...args: readonly unknown[]): unknown;
  readonly async: (...args: unknown[]) => void;
}

/** Calls the function on another thread. */
export function elsewhere(native: NativeFunction, ...args: readonly unknown[]): Promise<number> {
  return new Promise((resolve, reject) => {
    native.async(...args, (error: Error | null, result: number) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}

/**
 * Runs the work when all work before it is done. Where the caller gives up, the promise rejects at once. The work runs
 * all the same, to free what it holds, and checks the signal before each native call.
 *
 * @param leave ends the process at once; called where the process ends while the library still waits
 */
export function inTurn<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  leave: (code: number) => void,
): Promise<T> {
  const turn = last.then(async () => {
    // Without this, Node would wait for its threads before it ends.
    process.on('exit', leave);
    try {
      return await work(signal);
    } finally {
      process.off('exit', leave);
    }
  });
  last = turn.catch(() => undefined);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
