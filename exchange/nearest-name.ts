/** The name that a mistyped one most likely means; undefined where none is like it. Letter case does not count. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const [nearest] = names
    .map((name) => ({ name, mistakes: mistakesBetween(typed.toLowerCase(), name.toLowerCase()) }))
    // With more, or with half of a short name, it is another word.
    .filter(({ name, mistakes }) => mistakes <= 2 && mistakes * 2 < name.length)
    .sort((left, right) => left.mistakes - right.mistakes);
  return nearest?.name;
}

/** Letters to put in, take out or replace until one text is the other (Levenshtein's distance). */
function mistakesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  [...one].forEach((letter, index) => {
    const next = [index + 1];
    row.slice(1).forEach((above, at) => {
      const replaced = (row[at] ?? 0) + (letter === other[at] ? 0 : 1);
      next.push(Math.min(replaced, above + 1, (next[at] ?? 0) + 1));
    });
    row = next;
  });
  return row.at(-1) ?? 0;
}
