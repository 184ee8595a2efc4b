/** Width of wrapped comments in columns. */
const WIDTH = 108;

/**
 * A comment on one line. No text of a declaration can end it, because line breaks, control and hidden characters become
 * spaces. Block comments are never used, since a name with `#>` could end them.
 */
export function comment(text: string): string {
  return commented(shown(text));
}

/**
 * A paragraph as lines of comment. Only the first may begin with a dot, because comment-based help takes such a line
 * for a keyword.
 */
export function paragraph(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of shown(text).split(' ')) {
    const last = lines.at(-1);
    const mayBegin = word !== '' && !word.startsWith('.');
    if (last === undefined || (mayBegin && last.length + word.length >= WIDTH)) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map(commented);
}

function commented(line: string): string {
  return `# ${line}`.trimEnd();
}

function shown(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}
