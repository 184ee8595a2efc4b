type Hear = (error: unknown) => void;

const hearers = new Set<Hear>();

/**
 * A mishap is an error that nobody caught: a bug, in an event handler most likely. Ending the process by it would lose
 * what is under way: instead everybody who has something under way hears of it.
 *
 * @returns ends the hearing
 */
export function hearMishaps(hear: Hear): () => void {
  hearers.add(hear);
  return () => void hearers.delete(hear);
}

export function tellMishap(error: unknown): void {
  for (const hear of [...hearers]) {
    try {
      hear(error);
    } catch {
      // Another bug, of the kind that this is about: the others are to hear all the same.
    }
  }
}

/** What an error says; it may be anything, since anything can be thrown. */
export function toldBy(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : 'an error without a message';
}
