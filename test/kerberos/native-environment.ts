import { foreignFunctions } from '../../kerberos/foreign';

/**
 * Sets what the Kerberos library and our own code see: the library asks the C library, which what Jest gives as
 * `process.env` does not reach. A variable that is `undefined` is taken out.
 */
export function setNativeEnvironment(variables: { readonly [name: string]: string | undefined }): void {
  const library = foreignFunctions().load(null);
  const setenv = library.func('setenv', 'int', ['str', 'str', 'int']);
  const unsetenv = library.func('unsetenv', 'int', ['str']);
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) {
      unsetenv(name);
      delete process.env[name];
    } else {
      setenv(name, value, 1);
      process.env[name] = value;
    }
  }
}
