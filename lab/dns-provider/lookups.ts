import dns from 'node:dns/promises';

import type { DataSource } from '../../plugin';
import { type Attribute, type AttributeType, type Known, text, type Values } from '../../schema';
import { plainText } from './plain-text';

/** The lookups of the machine's own resolver; a `Resolver` of node:dns has most of them too. */
export type Lookups = Pick<
  typeof dns,
  'lookup' | 'resolveCname' | 'resolveMx' | 'resolveNs' | 'resolveSrv' | 'resolveTxt' | 'reverse'
>;

interface Lookup {
  readonly typeName: string;
  /** The name of the only argument. */
  readonly asked: string;
  readonly found: { readonly [name: string]: AttributeType };
  look(name: string, lookups: Lookups): Promise<{ readonly [name: string]: Known }>;
}

const dotted = (name: string): string => (name.endsWith('.') ? name : `${name}.`);
const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const list = { list: 'string' } as const;
const exchangers = { list: { object: { exchange: 'string', preference: 'number' } } } as const;
const services = {
  list: { object: { port: 'number', priority: 'number', target: 'string', weight: 'number' } },
} as const;

async function addresses(host: string, family: 4 | 6, lookups: Lookups): Promise<{ addrs: string[] }> {
  const found = await lookups.lookup(host, { all: true, family });
  return { addrs: found.map(({ address }) => address).sort(byText) };
}

/** The name at the end of a chain of aliases. */
async function canonicalName(host: string, lookups: Lookups): Promise<string> {
  const seen = new Set<string>();
  let name = host;
  while (!seen.has(name)) {
    seen.add(name);
    try {
      const [next] = await lookups.resolveCname(name);
      if (next === undefined) return dotted(name);
      name = next;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENODATA') throw error;
      return dotted(name);
    }
  }
  throw new Error(`the aliases of ${host} form a circle`);
}

const LOOKUPS: readonly Lookup[] = [
  {
    typeName: 'dns_a_record_set',
    asked: 'host',
    found: { addrs: list },
    look: (host, lookups) => addresses(host, 4, lookups),
  },
  {
    typeName: 'dns_aaaa_record_set',
    asked: 'host',
    found: { addrs: list },
    look: (host, lookups) => addresses(host, 6, lookups),
  },
  {
    typeName: 'dns_cname_record_set',
    asked: 'host',
    found: { cname: 'string' },
    look: async (host, lookups) => ({ cname: await canonicalName(host, lookups) }),
  },
  {
    typeName: 'dns_mx_record_set',
    asked: 'domain',
    found: { mx: exchangers },
    look: async (domain, lookups) => {
      const found = await lookups.resolveMx(domain);
      const mx = found.map(({ priority, exchange }) => ({
        preference: priority,
        exchange: dotted(exchange),
      }));
      return {
        mx: mx.sort(
          (left, right) => left.preference - right.preference || byText(left.exchange, right.exchange),
        ),
      };
    },
  },
  {
    typeName: 'dns_ns_record_set',
    asked: 'host',
    found: { nameservers: list },
    look: async (host, lookups) => ({
      nameservers: (await lookups.resolveNs(host)).map(dotted).sort(byText),
    }),
  },
  {
    typeName: 'dns_ptr_record_set',
    asked: 'ip_address',
    found: { ptr: 'string' },
    look: async (address, lookups) => {
      const [name] = await lookups.reverse(address);
      if (name === undefined) throw new Error(`${address} has no name`);
      return { ptr: dotted(name) };
    },
  },
  {
    typeName: 'dns_srv_record_set',
    asked: 'service',
    found: { srv: services },
    look: async (service, lookups) => {
      const found = await lookups.resolveSrv(service);
      const srv = found.map(({ priority, weight, port, name }) => ({
        priority,
        weight,
        port,
        target: dotted(name),
      }));
      return {
        srv: srv.sort(
          (left, right) =>
            left.priority - right.priority ||
            left.weight - right.weight ||
            left.port - right.port ||
            byText(left.target, right.target),
        ),
      };
    },
  },
  {
    typeName: 'dns_txt_record_set',
    asked: 'host',
    found: { record: 'string', records: list },
    look: async (host, lookups) => {
      const records = (await lookups.resolveTxt(host)).map((strings) => strings.join(''));
      return { record: records[0] ?? null, records };
    },
  },
];

/** The data sources: they ask the machine's own resolver, not the server of the `update` block. */
export function dataSources(lookups: Lookups = dns): DataSource<unknown>[] {
  return LOOKUPS.map(({ typeName, asked, found, ...kind }) => ({
    typeName,
    schema: {
      version: 0,
      description: 'Asks the resolver of the machine.',
      attributes: {
        [asked]: text('required', 'What is looked up.'),
        id: text('computed', 'The same as what is looked up.'),
        ...Object.fromEntries(
          Object.entries(found).map(([name, type]): [string, Attribute] => [
            name,
            { type, mode: 'computed', description: 'What was found.' },
          ]),
        ),
      },
    },
    async read(config: Values) {
      const name = plainText(config[asked]);
      try {
        return { state: { ...config, ...(await kind.look(name, lookups)), id: name } };
      } catch (error) {
        const detail = (error as Error).message;
        return {
          state: null,
          diagnostics: [{ severity: 'error' as const, summary: `${name} was not found`, detail }],
        };
      }
    },
  }));
}
