import { shortened, visible } from '../schema';

/** What fits on a screen with the rest of a diagnostic; messages of Exchange have a few lines. */
const MOST_CHARACTERS = 8_000;
const MOST_LINES = 40;

/**
 * What a server says, to stand in a detail: lines after the first begin with `> `, so that none of them passes for one
 * of Terraform's or of ours; empty ones, which could push a plan off the screen, are left out.
 */
export function quoted(text: string): string {
  const lines = visible(shortened(text, MOST_CHARACTERS))
    .split('\n')
    .filter((line) => line.trim() !== '');
  const more = lines.length - MOST_LINES;
  const shown = more > 0 ? [...lines.slice(0, MOST_LINES), `(${more} more lines are left out)`] : lines;
  return shown.join('\n> ');
}

/** The same for what belongs into a line. */
export function inLine(text: string): string {
  return quoted(text.replace(/\s+/g, ' ').trim());
}
