import type { Path } from '../schema';

/** A text of the declaration and its path. */
export interface DeclaredText {
  readonly text: string;
  readonly path: Path;
}
