/**
 * What steers a terminal, or makes a text look like another one: control characters, marks and overrides of writing
 * direction (Unicode UAX 9), line and paragraph separators, characters without width, invisible operators, tags,
 * characters for private use, and halves of surrogate pairs. Line feed and tab are harmless.
 */
const HIDDEN =
  /(?![\t\n])[\p{Cc}\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\p{Co}\p{Cs}]/gu;
/** Joiners belong to Persian, to scripts of India and to emoji; where none of these stands before them, they hide. */
const STRAY_JOINER =
  /(?:(?<=\p{ASCII})|(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]))[\u200c\u200d]/gu;

/**
 * A text that may come from a server, fit for a terminal and a log: what it hides is shown, as `\u{1B}` for the
 * character that begins a terminal's commands, and no carriage return writes over a line. Letters of every language
 * stay as they are.
 */
export function visible(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(HIDDEN, codePoint).replace(STRAY_JOINER, codePoint);
}

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}

/** The first characters of a text that is longer than `most`, and how many more there were. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  // Not in the middle of a surrogate pair.
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return `${text.slice(0, end)}… (${text.length - end} more characters are left out)`;
}
