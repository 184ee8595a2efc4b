import { createRequire } from 'node:module';
import { join } from 'node:path';
import type koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { KerberosError } from './kerberos-error';

export type Koffi = typeof koffi;

let loaded: Koffi | undefined;

/**
 * Loads koffi, which calls the functions of a system's library. Its native part costs some 10 ms and 3 MB, so that it is
 * loaded only when Kerberos is used.
 *
 * @throws KerberosError `library-missing`
 */
export function foreignFunctions(): Koffi {
  // Not by `import`, which a bundler would follow: the package has a native part. A bundled program may lie apart from
  // the project that it works for, which is where the package was installed.
  let cause: unknown;
  for (const place of [__filename, join(process.cwd(), 'package.json')]) {
    try {
      return (loaded ??= createRequire(place)('koffi') as Koffi);
    } catch (error) {
      cause ??= error;
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
