import { createRequire } from 'node:module';
import { join } from 'node:path';
import type koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { KerberosError } from './kerberos-error';

export type Koffi = typeof koffi;

let loaded: Koffi | undefined;

/**
 * The packages to load: koffi's native part itself; or koffi, where the package manager hides that part. koffi's own
 * search for it takes 4 ms more.
 */
const NAMES = [`@koromix/koffi-${process.platform}-${process.arch}`, 'koffi'];

/**
 * Loads koffi, which calls functions of a system library. It takes some 4 ms and 3 MB, so it is loaded only when
 * Kerberos is used.
 *
 * @throws KerberosError `library-missing`
 */
export function foreignFunctions(): Koffi {
  return (loaded ??= load());
}

function load(): Koffi {
  // Not loaded by `import`, which a bundler would follow into the native part. A bundled program may be outside of the
  // project that it works for, where the package is installed: so that folder is searched, too.
  const places = [__filename, join(process.cwd(), 'package.json')].map((place) => createRequire(place));
  let cause: unknown;
  for (const name of NAMES) {
    for (const find of places) {
      try {
        return find(name) as Koffi;
      } catch (error) {
        cause ??= error;
      }
    }
  }
  throw new KerberosError(
    'library-missing',
    `Kerberos needs the package koffi, which is not installed or does not support ${process.platform} on ${process.arch}`,
    'Run npm install in the project, without --omit=optional.',
    {},
    { cause },
  );
}

/** RTLD_NOW, on Linux and macOS. */
const BIND_NOW = 2;

/**
 * Opens a system library and never closes it. koffi closes the libraries that it opened when the process ends, and
 * threads that ran their code still call them at their own end: Heimdal's library then crashes.
 */
export function openForGood(koffi: Koffi, file: string): LibraryHandle {
  const library = koffi.load(file);
  koffi.load(null).func('dlopen', 'void *', ['str', 'int'])(file, BIND_NOW);
  return library;
}
