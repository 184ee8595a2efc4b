import { openForGood, type Koffi } from '../foreign';
import type { KerberosFacts } from '../kerberos-error';
import { type Address, NativeMemory } from '../native-memory';
import { realmOf } from '../problem';

const LIBRARY = 'libkrb5.so.3';
const DEFAULT_CONFIGURATION = '/etc/krb5.conf';
/** How many key distribution centers of a realm a message names. */
const MOST_CENTERS = 8;

/**
 * Completes facts with principal, realm and key distribution centers, as MIT's library takes them from its
 * configuration and from the ticket cache. Reads files, and contacts no other machine. Leaves out what it cannot find.
 */
export function mitConfiguration(koffi: Koffi): (facts: KerberosFacts) => KerberosFacts {
  return (facts) => {
    try {
      return learn(koffi, facts);
    } catch {
      // Without them the message only says less.
      return facts;
    }
  };
}

function learn(koffi: Koffi, facts: KerberosFacts): KerberosFacts {
  const functions = functionsOf(koffi);
  const memory = new NativeMemory(koffi);
  const slot = (): Address => memory.allocate(koffi.sizeof('void *'));
  const at = (place: Address): Address | null => koffi.decode(place, 'void *') as Address | null;
  const textAt = (place: Address): string | undefined => {
    const text = at(place);
    return text === null ? undefined : koffi.decode.string(text);
  };
  const contextSlot = slot();
  try {
    // This call reads only the configuration, as every call of the library does first.
    if (functions.initContext(contextSlot) !== 0) {
      return { ...facts, configuration: process.env['KRB5_CONFIG'] || DEFAULT_CONFIGURATION };
    }
    const context = at(contextSlot);
    try {
      const cached =
        facts.principal === undefined && facts.keytab === undefined ? cachedTickets(context) : {};
      const principal = facts.principal ?? cached.principal;
      const realm = facts.realm ?? realmOf(principal) ?? defaultRealm(context);
      const kdcs = realm === undefined ? [] : centersOf(context, realm);
      return {
        ...facts,
        ...cached,
        ...(principal === undefined ? {} : { principal }),
        ...(realm === undefined ? {} : { realm }),
        ...(kdcs.length === 0 ? {} : { kdcs }),
      };
    } finally {
      functions.freeContext(context);
    }
  } finally {
    memory.free();
  }

  function defaultRealm(context: Address | null): string | undefined {
    const realm = slot();
    if (functions.getDefaultRealm(context, realm) !== 0) return undefined;
    const text = textAt(realm);
    functions.freeDefaultRealm(context, at(realm));
    return text;
  }

  function centersOf(context: Address | null, realm: string): string[] {
    const profile = slot();
    if (functions.getProfile(context, profile) !== 0) return [];
    const names = memory.allocate(4 * koffi.sizeof('void *'));
    ['realms', realm, 'kdc'].forEach((name, index) => {
      koffi.encode(names, index * koffi.sizeof('void *'), 'void *', memory.text(name));
    });
    const list = slot();
    const centers: string[] = [];
    if (functions.getValues(at(profile), names, list) === 0) {
      const values = at(list);
      for (let index = 0; values !== null && index < MOST_CENTERS; index += 1) {
        const value = textAt(values + BigInt(index * koffi.sizeof('void *')));
        if (value === undefined) break;
        centers.push(value);
      }
      functions.freeList(values);
    }
    functions.releaseProfile(at(profile));
    return centers;
  }

  function cachedTickets(context: Address | null): Pick<KerberosFacts, 'cache' | 'principal'> {
    const cache = slot();
    if (functions.defaultCache(context, cache) !== 0) return {};
    const name = slot();
    const principal = slot();
    const unparsed = slot();
    const found: { cache?: string; principal?: string } = {};
    if (functions.cacheName(context, at(cache), name) === 0) {
      const text = textAt(name);
      if (text !== undefined) found.cache = text;
      functions.freeString(context, at(name));
    }
    if (functions.cachePrincipal(context, at(cache), principal) === 0) {
      if (functions.unparseName(context, at(principal), unparsed) === 0) {
        const text = textAt(unparsed);
        if (text !== undefined) found.principal = text;
        functions.freeUnparsedName(context, at(unparsed));
      }
      functions.freePrincipal(context, at(principal));
    }
    functions.closeCache(context, at(cache));
    return found;
  }
}

type Functions = ReturnType<typeof declareFunctions>;
let declared: Functions | undefined;

function functionsOf(koffi: Koffi): Functions {
  declared ??= declareFunctions(koffi);
  return declared;
}

function declareFunctions(koffi: Koffi) {
  const library = openForGood(koffi, LIBRARY);
  const declare = (name: string, parameters: number) =>
    library.func(name, 'int32_t', Array<string>(parameters).fill('void *')) as (
      ...args: readonly (Address | null)[]
    ) => number;
  const declareVoid = (name: string, parameters: number) =>
    library.func(name, 'void', Array<string>(parameters).fill('void *')) as (
      ...args: readonly (Address | null)[]
    ) => void;
  return {
    initContext: declare('krb5_init_context', 1),
    freeContext: declareVoid('krb5_free_context', 1),
    getDefaultRealm: declare('krb5_get_default_realm', 2),
    freeDefaultRealm: declareVoid('krb5_free_default_realm', 2),
    getProfile: declare('krb5_get_profile', 2),
    getValues: declare('profile_get_values', 3),
    freeList: declareVoid('profile_free_list', 1),
    releaseProfile: declareVoid('profile_release', 1),
    defaultCache: declare('krb5_cc_default', 2),
    cacheName: declare('krb5_cc_get_full_name', 3),
    cachePrincipal: declare('krb5_cc_get_principal', 3),
    closeCache: declare('krb5_cc_close', 2),
    unparseName: declare('krb5_unparse_name', 3),
    freeUnparsedName: declareVoid('krb5_free_unparsed_name', 2),
    freePrincipal: declareVoid('krb5_free_principal', 2),
    freeString: declareVoid('krb5_free_string', 2),
  };
}
