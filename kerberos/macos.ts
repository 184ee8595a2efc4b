import { gssSystem } from './gssapi/system';
import { withRealm } from './problem';
import type { System } from './security-context';

/** Apple's library, which is derived from Heimdal. */
export function macos(): System {
  const build = {
    file: '/System/Library/Frameworks/GSS.framework/GSS',
    packed: process.arch === 'x64',
  };
  return gssSystem(build, withRealm);
}
