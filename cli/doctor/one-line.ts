import { visible } from '../../schema';

/** A text in one line, with hidden characters made visible. */
export function oneLine(text: string): string {
  return visible(text).replace(/\s*\n\s*/g, '; ');
}
