import { visible } from '../../schema';

/** A text that people read in one line; what a server hides in it shows. */
export function oneLine(text: string): string {
  return visible(text).replace(/\s*\n\s*/g, '; ');
}
