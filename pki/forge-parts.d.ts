// The parts of node-forge that are needed to read a PFX: all of it takes several times as long to load.
declare module 'node-forge/lib/rc2' {
  import type { rc2 } from 'node-forge';
  const part: typeof rc2;
  export = part;
}
declare module 'node-forge/lib/util' {
  import type { util } from 'node-forge';
  const part: typeof util;
  export = part;
}
