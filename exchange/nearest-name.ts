/** The name that was most likely meant by a mistyped one; undefined where none is similar. Letter case is ignored. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const [nearest] = names
    .map((name) => ({ name, mistakes: mistakesBetween(typed.toLowerCase(), name.toLowerCase()) }))
    // With more differences, or half of a short name different, it is another word.
    .filter(({ name, mistakes }) => mistakes <= 2 && mistakes * 2 < name.length)
    .sort((left, right) => left.mistakes - right.mistakes);
  return nearest?.name;
}

/** The Levenshtein distance: how many letters to insert, delete or replace. */
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
