/** Columns of a comment that is wrapped. */
const WIDTH = 108;

/**
 * A line of comment. What comes from a declaration cannot end it: control characters, line breaks and what does not
 * show become spaces. Comments have lines of their own, never `<#` and `#>`, which a name could close.
 */
export function comment(text: string): string {
  return commented(shown(text));
}

/** A paragraph as lines of comment. None but the first begins with a dot, as the keywords of help do. */
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
