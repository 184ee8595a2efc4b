import { foreignFunctions } from './foreign';
import { mitConfiguration } from './gssapi/mit-configuration';
import { gssSystem } from './gssapi/system';
import type { System } from './security-context';

/** MIT's library, on Linux and other systems that load ELF files. */
export function linux(): System {
  const build = { file: 'libgssapi_krb5.so.2', packed: false };
  return gssSystem(build, mitConfiguration(foreignFunctions()));
}
