import type { Path } from '../schema';
import type { Side } from './given-names';
import type { Server } from './site';

/** A host name and where it is declared. */
export interface DeclaredName {
  readonly host: string;
  readonly path: Path;
}

/** A name that clients are given, or that DNS holds for them besides. */
export interface PublishedName extends DeclaredName {
  /** Where it stands, see `placeIn`: `client`, `datacentres.lisbon.services.ews.internal`. */
  readonly place: string;
  /** Servers whose clients are given it, or for which it stands in `alsoPublished`; in the order of the declaration. */
  readonly servers: readonly Server[];
  /** Sides of the firewall on which clients are given it. */
  readonly sides: ReadonlySet<Side>;
  /** Left out: all of them on each of these sides. */
  readonly serversBySide?: { readonly [side in Side]: readonly Server[] };
}
