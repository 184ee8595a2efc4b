import type { KerberosFacts } from '../kerberos-error';
import type { System } from '../security-context';
import { GssAcceptor, GssInitiator } from './context';
import { type Build, GssLibrary } from './library';

/** Kerberos by a library with GSS-API. `complete` adds to facts what the configuration says. */
export function gssSystem(build: Build, complete: (facts: KerberosFacts) => KerberosFacts): System {
  const library = new GssLibrary(build);
  const leave = library.koffi.load(null).func('_exit', 'void', ['int']) as (code: number) => void;
  const surroundings = { complete, leave };
  return {
    initiate: (options) => new GssInitiator(library, surroundings, options),
    accept: (options) => new GssAcceptor(library, surroundings, options),
  };
}
