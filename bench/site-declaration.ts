import { join, resolve } from 'node:path';
import type { DatabaseAvailabilityGroup, MailboxDatabase, Server } from '../exchange/site';
import { DOMAIN, serversNamed } from './exchange-organization';

/** Exchange allows no more members in a DAG. */
const MOST_MEMBERS = 16;
const DATABASES_PER_SERVER = 5;
const COPIES = 3;

/** The names of the client protocols, Autodiscover, remote PowerShell, POP and IMAP. */
export const NAMES = ['mail', 'autodiscover', 'powershell', 'pop', 'imap'].map((host) => `${host}.${DOMAIN}`);

/** A DAG of the declaration, with its members and databases. */
export interface DeclaredGroup extends DatabaseAvailabilityGroup {
  readonly members: readonly string[];
  readonly databases: { readonly [name: string]: MailboxDatabase };
}

/** A site in which every server has all services and is a member of a DAG, with five databases for each server. */
export class SiteDeclaration {
  readonly servers: readonly Server[];
  readonly groups: readonly DeclaredGroup[];

  constructor(serverCount: number) {
    this.servers = serversNamed(serverCount);
    this.groups = Array.from({ length: Math.ceil(serverCount / MOST_MEMBERS) }, (_, index) =>
      group(
        `DAG${String(index + 1).padStart(2, '0')}`,
        this.servers.slice(index * MOST_MEMBERS, (index + 1) * MOST_MEMBERS).map(({ name }) => name),
      ),
    );
  }

  /** The declaration as a user writes it in `environments/`. */
  text(pfxFile: string): string {
    const servers = this.servers.map(
      ({ name, fqdn, address }) =>
        `    { name: '${name}', fqdn: '${fqdn}', address: '${String(address)}', version: ExchangeVersion.V2019 },`,
    );
    const [client = '', autodiscover = '', powershell = '', pop = '', imap = ''] = NAMES;
    const site = join(resolve(__dirname, '..'), 'exchange', 'site');
    return `import { defineSite, ExchangeVersion } from ${JSON.stringify(site)};

export const site = defineSite({
  servers: [
${servers.join('\n')}
  ],
  namespaces: {
    client: '${client}',
    autodiscover: '${autodiscover}',
    services: { powershell: '${powershell}' },
  },
  mailProtocols: { pop: { host: '${pop}' }, imap: { host: '${imap}' } },
  certificate: {
    pfxFile: '${pfxFile}',
    names: ${JSON.stringify(NAMES)},
    services: ['IIS', 'SMTP', 'POP', 'IMAP'],
  },
  dag: ${JSON.stringify(this.groups, null, 2)},
  dns: { zones: [{ name: '${DOMAIN}' }], publish: { virtualIp: '10.0.200.1' } },
  rollout: 'parallel',
});
`;
  }
}

function group(name: string, members: readonly string[]): DeclaredGroup {
  const count = members.length * DATABASES_PER_SERVER;
  const databases = Array.from({ length: count }, (_, index): readonly [string, MailboxDatabase] => {
    const database = `${name}-DB${String(index + 1).padStart(3, '0')}`;
    // Copies go to the next members in turn, so that all members hold the same number.
    const copies = Array.from(
      { length: Math.min(COPIES, members.length) },
      (_copy, place) => members[(index + place) % members.length] ?? '',
    );
    return [
      database,
      { copies, edbFile: `E:\\${name}\\${database}.edb`, logFolder: `F:\\${name}\\${database}` },
    ];
  });
  return {
    name,
    witness: { server: `files.${DOMAIN}`, directory: `C:\\DAGFileShareWitnesses\\${name}` },
    members,
    datacenterActivation: 'DagOnly',
    databases: Object.fromEntries(databases),
  };
}
