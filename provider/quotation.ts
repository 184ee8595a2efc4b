import { shortened, visible } from '../schema';

/** Fits on a screen with the rest of a diagnostic; messages of Exchange have a few lines. */
const MOST_CHARACTERS = 8_000;
const MOST_LINES = 40;

/**
 * A text of a server, quoted for the detail of a diagnostic. Lines after the first begin with `> `, so that none can be
 * mistaken for a line of Terraform or of this provider. Empty lines, which could push a plan off the screen, are left
 * out.
 */
export function quoted(text: string): string {
  const lines = visible(shortened(text, MOST_CHARACTERS))
    .split('\n')
    .filter((line) => line.trim() !== '');
  const more = lines.length - MOST_LINES;
  const shown = more > 0 ? [...lines.slice(0, MOST_LINES), `(${more} more lines are left out)`] : lines;
  return shown.join('\n> ');
}

/** The same for a text that is quoted within a line. */
export function inLine(text: string): string {
  return quoted(text.replace(/\s+/g, ' ').trim());
}
