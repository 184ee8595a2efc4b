type Listener = (error: unknown) => void;

const listeners = new Set<Listener>();

/**
 * Calls `listener` for each error that nobody caught: a bug, most likely in an event handler. The process does not end by
 * it, since that would lose the operations under way. Each operation listens instead.
 *
 * @returns stops listening
 */
export function onUncaughtError(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function reportUncaughtError(error: unknown): void {
  for (const listener of [...listeners]) {
    try {
      listener(error);
    } catch {
      // A bug in the listener itself. The other listeners are called all the same.
    }
  }
}

/** The message of an error. Anything can be thrown, so an error may be of any type. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : 'an error without a message';
}
