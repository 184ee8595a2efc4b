import { createRequire } from 'node:module';
import { join } from 'node:path';
import type koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { KerberosError } from './kerberos-error';

export type Koffi = typeof koffi;

let loaded: Koffi | undefined;

/**
 * What is looked for: the native part, and, where a package manager keeps that to itself, koffi, whose search for it costs
 * 4 ms more than what it finds.
 */
const NAMES = [`@koromix/koffi-${process.platform}-${process.arch}`, 'koffi'];

/**
 * Loads koffi, which calls the functions of a system's library. Its native part costs some 4 ms and 3 MB, so that it is
 * loaded only when Kerberos is used.
 *
 * @throws KerberosError `library-missing`
 */
export function foreignFunctions(): Koffi {
  return (loaded ??= load());
}

function load(): Koffi {
  // Not by `import`, which a bundler would follow: the package has a native part. A bundled program may lie apart from
  // the project that it works for, which is where the package was installed.
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
    `Kerberos needs the package koffi, which is not installed or has no part for ${process.platform} on ${process.arch}`,
    'Run npm install in the project, without --omit=optional.',
    {},
    { cause },
  );
}

/** RTLD_NOW, on Linux and macOS. */
const BIND_NOW = 2;

/**
 * Opens a library of the system for good. koffi closes what it opened when the process ends, while threads that ran its
 * code still call it at their own end: Heimdal's then crashes.
 */
export function openForGood(koffi: Koffi, file: string): LibraryHandle {
  const library = koffi.load(file);
  koffi.load(null).func('dlopen', 'void *', ['str', 'int'])(file, BIND_NOW);
  return library;
}
