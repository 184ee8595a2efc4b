import type { Path } from '../schema';
import type { Side } from './given-names';
import type { Server } from './site';

/** A host name and where it is declared. */
export interface DeclaredName {
  readonly host: string;
  readonly path: Path;
}

/** A name that clients use, or that DNS holds for them in addition. */
export interface PublishedName extends DeclaredName {
  /** Its place, see `placeIn`: `client`, `datacentres.lisbon.services.ews.internal`. */
  readonly place: string;
  /** Servers whose clients use it, or that it is declared for in `alsoPublished`; in the order of the declaration. */
  readonly servers: readonly Server[];
  /** Sides of the firewall on which clients use it. */
  readonly sides: ReadonlySet<Side>;
  /** The servers by side. Left out where all servers use it on each of these sides. */
  readonly serversBySide?: { readonly [side in Side]: readonly Server[] };
}
