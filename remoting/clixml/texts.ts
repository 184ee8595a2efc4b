const MOST_TEXTS = 10_000;
const LONGEST = 256;
/** A type derives from a handful; a longer list is not worth holding for a whole session. */
const LONGEST_LIST = 32;
/** Shorter parts of a text are copies already; V8 makes slices, which hold the whole, from 13 on. */
const SHORTEST = 13;

/**
 * The texts of what was read, each of them once: objects of a kind repeat most of theirs, and the smallest slice of a
 * message would keep all of it. Of a thousand virtual directories 7 MB stay in place of 19.
 */
export class Texts {
  readonly #known = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();

  /** The same text, held by nothing else that is large. */
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

  /** The same list of type names, one for all objects that have it. */
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

/** Every UTF-16 unit as it is, those that are no character too. */
function copied(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
