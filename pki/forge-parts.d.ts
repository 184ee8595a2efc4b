// The parts of node-forge that reading a PFX needs: the whole of it takes several times as long to load.
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
