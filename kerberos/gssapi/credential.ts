import type { KerberosFacts } from '../kerberos-error';
import { elsewhere } from '../native-calls';
import type { Address, NativeMemory } from '../native-memory';
import { problem } from '../problem';
import type { SignIn } from '../security-context';
import { type GssLibrary, INDEFINITE, OIDS, USAGE } from './library';
import { isError, type Phase } from './status';

/** Makes an error of a status. */
export type Fail = (phase: Phase, major: number, minor: number, facts?: KerberosFacts) => Error;

/** A principal, or `service@host`, as the library holds it; to be released. */
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

/** `service@host`, or a whole principal where it has a slash. */
export function serviceNameType(service: string): Buffer {
  return service.includes('/') ? OIDS.principal : OIDS.hostBased;
}

/**
 * What to sign in with, in the slot: nothing for what the account has, which the library finds by itself. Waits for the
 * key distribution center where a password or a keytab needs a ticket.
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
        // Tickets are kept in memory, apart from those of the account, for all that sign in with the same.
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

/** Keys to look at tickets with, in the slot; nothing where the system's own are meant. Reads a file, and no more. */
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
