import type { Path } from '../schema';

/** A text of the declaration and where it stands. */
export interface DeclaredText {
  readonly text: string;
  readonly path: Path;
}
