import { foreignFunctions } from './foreign';
import { Acceptor, Initiator } from './gssapi/context';
import { GssLibrary } from './gssapi/library';
import { mitConfiguration } from './gssapi/mit-configuration';
import type { System } from './security-context';

/** MIT's library, on Linux. */
export function linux(): System {
  const library = new GssLibrary({ file: 'libgssapi_krb5.so.2', packed: false });
  const koffi = foreignFunctions();
  const surroundings = mitConfiguration(koffi);
  const leave = koffi.load(null).func('_exit', 'void', ['int']) as (code: number) => void;
  return {
    initiate: (options) => new Initiator(library, surroundings, leave, options),
    accept: (options) => new Acceptor(library, surroundings, leave, options),
  };
}
