/**
 * Characters that steer a terminal, or make a text look like another one: control characters, marks and overrides of
 * writing direction (Unicode UAX 9), line and paragraph separators, zero-width characters, invisible operators, tags,
 * private-use characters, and lone halves of surrogate pairs. Line feed and tab are harmless.
 */
const HIDDEN =
  /(?![\t\n])[\p{Cc}\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\p{Co}\p{Cs}]/gu;
/**
 * Joiners, which Persian, scripts of India and emoji need. They are hidden characters where none of these stands before
 * them.
 */
const STRAY_JOINER =
  /(?:(?<=\p{ASCII})|(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]))[\u200c\u200d]/gu;

/**
 * Makes a text, which may come from a server, safe for a terminal and a log: hidden characters are shown, for example
 * `\u{1B}` for the one that begins a terminal's commands, and no carriage return overwrites a line. Letters of every
 * language stay as they are.
 */
export function visible(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(HIDDEN, codePoint).replace(STRAY_JOINER, codePoint);
}

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}

/** Shortens a text to its first `most` characters, and says how many more there were. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  // Does not cut a surrogate pair in two.
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return `${text.slice(0, end)}… (${text.length - end} more characters are left out)`;
}
