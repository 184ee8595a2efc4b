import type { KerberosFacts } from '../kerberos-error';
import { elsewhere } from '../native-calls';
import type { Address, NativeMemory } from '../native-memory';
import { problem } from '../problem';
import type { SignIn } from '../security-context';
import { type GssLibrary, INDEFINITE, OIDS, USAGE } from './library';
import { isError, type Phase } from './status';

/** Makes the error for a status of the library. */
export type Fail = (phase: Phase, major: number, minor: number, facts?: KerberosFacts) => Error;

/** Gives the library's form of a principal or of `service@host`. The caller releases it. */
export function importName(
  library: GssLibrary,
  memory: NativeMemory,
  name: string,
  type: Buffer,
  fail: Fail,
): Address {
  if (name === '' || name.includes('\0')) throw problem('usage', {}, 'a name must not be empty');
  const minor = memory.allocate(4);
  const slot = library.slot(memory);
  const content = library.buffer(memory, Buffer.from(name, 'utf8'));
  const major = library.functions.importName(minor, content, library.oid(memory, type), slot) as number;
  if (isError(major)) throw fail('initiate', major, library.numberAt(minor) | 0);
  return slot;
}

/** The type of a service's name: host-based for `HTTP@server`, a principal where the name has a slash. */
export function serviceNameType(service: string): Buffer {
  return service.includes('/') ? OIDS.principal : OIDS.hostBased;
}

/**
 * Puts the credential for signing in into the slot. Leaves it empty for the account's own credentials, which the
 * library finds by itself. Where a password or a keytab needs a ticket, waits for the key distribution center.
 */
export async function acquireToInitiate(
  library: GssLibrary,
  memory: NativeMemory,
  slot: Address,
  signIn: SignIn,
  fail: Fail,
): Promise<void> {
  const { functions } = library;
  const minor = memory.allocate(4);
  const mechanisms = library.oids(memory, OIDS.kerberos);
  const principal = signIn.kind === 'account' ? undefined : signIn.principal;
  const name =
    principal === undefined ? undefined : importName(library, memory, principal, OIDS.principal, fail);
  try {
    const major = await acquire();
    if (isError(major)) {
      throw fail('initiate', major, library.numberAt(minor) | 0);
    }
  } finally {
    if (name !== undefined) library.releaseName(memory, name);
  }

  function acquire(): Promise<number> {
    const owner = name === undefined ? null : library.pointerAt(name);
    switch (signIn.kind) {
      case 'account':
        return Promise.resolve(0);
      case 'keytab': {
        if (functions.acquireCredentialFrom === undefined) {
          throw problem('usage', {}, 'the library of this system takes no keytab file by name');
        }
        // The tickets stay in memory, apart from those of the account, and are shared by all that sign in with the same
        // keytab.
        const cache = `MEMORY:${signIn.file} ${principal ?? ''}`;
        const places = { client_keytab: `FILE:${signIn.file}`, ccache: cache };
        const store = library.store(memory, places);
        const rest = [INDEFINITE, mechanisms, USAGE.initiate, store, slot, null, null];
        return elsewhere(functions.acquireCredentialFrom, minor, owner, ...rest);
      }
      case 'password': {
        if (functions.acquireCredentialWithPassword === undefined) {
          throw problem('usage', {}, 'the library of this system takes no password');
        }
        const secret = Buffer.from(signIn.password.reveal(), 'utf8');
        const password = library.buffer(memory, secret);
        secret.fill(0);
        const rest = [password, INDEFINITE, mechanisms, USAGE.initiate, slot, null, null];
        return elsewhere(functions.acquireCredentialWithPassword, minor, owner, ...rest);
      }
    }
  }
}

/** Puts the keys that verify tickets into the slot. Leaves it empty for the keytab of the system. Only reads a file. */
export function acquireToAccept(
  library: GssLibrary,
  memory: NativeMemory,
  slot: Address,
  { service, keytab }: { readonly service?: string; readonly keytab?: string },
  fail: Fail,
): void {
  const { functions } = library;
  const minor = memory.allocate(4);
  const mechanisms = library.oids(memory, OIDS.kerberos);
  const name =
    service === undefined ? undefined : importName(library, memory, service, serviceNameType(service), fail);
  const owner = name === undefined ? null : library.pointerAt(name);
  try {
    let major: number;
    if (keytab === undefined) {
      const rest = [INDEFINITE, mechanisms, USAGE.accept, slot, null, null];
      major = functions.acquireCredential(minor, owner, ...rest) as number;
    } else {
      if (functions.acquireCredentialFrom === undefined) {
        throw problem('usage', {}, 'the library of this system takes no keytab file by name');
      }
      const store = library.store(memory, { keytab: `FILE:${keytab}` });
      const rest = [INDEFINITE, mechanisms, USAGE.accept, store, slot, null, null];
      major = functions.acquireCredentialFrom(minor, owner, ...rest) as number;
    }
    if (isError(major)) throw fail('accept', major, library.numberAt(minor) | 0);
  } finally {
    if (name !== undefined) library.releaseName(memory, name);
  }
}
