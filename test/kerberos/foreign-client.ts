import Module from 'node:module';
import { foreignFunctions } from '../../kerberos/foreign';

/** Prints the bytes of a pointer, and the files of koffi that were loaded for that; or why there are none. */
function main(): unknown {
  try {
    const bytes = foreignFunctions().sizeof('void *');
    const { _cache: cache } = Module as unknown as { readonly _cache: object };
    return { bytes, files: Object.keys(cache).filter((file) => file.includes('koffi')) };
  } catch (error) {
    return error instanceof Error ? { ...error, message: error.message } : String(error);
  }
}

process.stdout.write(JSON.stringify(main()));
