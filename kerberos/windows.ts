import type { KerberosFacts } from './kerberos-error';
import { realmOf } from './problem';
import type { System } from './security-context';
import { SspiAcceptor, SspiInitiator } from './sspi/context';
import { SspiLibrary } from './sspi/library';

/** SSPI with its package Kerberos. */
export function windows(): System {
  const library = new SspiLibrary();
  const kernel = library.koffi.load('kernel32.dll');
  const thisProcess = kernel.func('__stdcall', 'GetCurrentProcess', 'void *', []) as () => unknown;
  const terminate = kernel.func('__stdcall', 'TerminateProcess', 'int', ['void *', 'uint32_t']);
  const surroundings = {
    complete: withDomain,
    leave: (code: number) => void terminate(thisProcess(), code),
  };
  return {
    initiate: (options) => new SspiInitiator(library, surroundings, options),
    accept: (options) => new SspiAcceptor(library, surroundings, options),
  };
}

/** Adds the realm of the principal, or that of the account that is logged on. */
function withDomain(facts: KerberosFacts): KerberosFacts {
  const realm = facts.realm ?? realmOf(facts.principal) ?? process.env['USERDNSDOMAIN'];
  return realm === undefined ? facts : { ...facts, realm };
}
