const MOST_TEXTS = 10_000;
const LONGEST = 256;
/** A type has a handful of base types. A longer list is not worth keeping for a whole session. */
const LONGEST_LIST = 32;
/** V8 makes a slice, which keeps the whole text in memory, from 13 characters on. Shorter parts are copied anyway. */
const SHORTEST = 13;

/**
 * Keeps each text that was read once: objects of one kind repeat most of their texts, and even the smallest slice of a
 * message would keep all of it in memory. A thousand virtual directories take 7 MB in place of 19.
 */
export class Texts {
  readonly #known = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();

  /** A copy of the text that keeps nothing else in memory. Equal texts get the same copy. */
  keep(text: string): string {
    if (text.length < SHORTEST) return text;
    if (text.length > LONGEST) return copied(text);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_TEXTS) this.#known.clear();
    const copy = copied(text);
    this.#known.set(copy, copy);
    return copy;
  }

  /** The list of type names. All objects with an equal list share one. */
  keepAll(names: readonly string[]): readonly string[] {
    const kept = names.map((name) => this.keep(name));
    if (kept.length > LONGEST_LIST) return kept;
    const [first = ''] = kept;
    const known = this.#lists.get(first);
    if (known?.length === kept.length && known.every((name, index) => name === kept[index])) return known;
    if (this.#lists.size >= MOST_TEXTS) this.#lists.clear();
    this.#lists.set(first, kept);
    return kept;
  }
}

/** Copies every UTF-16 unit as it is, those that are no character included. */
function copied(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
