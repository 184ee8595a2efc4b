import { path, type Path } from '../../schema';
import { serversOf } from '../datacentre';
import { legacyClientsOf } from '../legacy-clients';
import type { Server } from '../site';
import type { Placement, Topology } from '../topology';
import { ExchangeVersion } from '../versions';
import { type Finding, type Rule, withoutDuplicates, withVersion } from './rule';

const { V2007, V2010 } = ExchangeVersion;

/** Sources: `legacy-table.ts`. */
export const legacyClients: Rule = {
  id: 'legacy-clients',
  severity: 'error',
  description:
    '`legacyClients` is declared only where there is a choice: for servers of Exchange 2007 beside 2010. ActiveSync devices are redirected only to an old server with an external name. Outlook on the web is never proxied to Exchange 2007, so a 2007 server beside newer ones has an external name for it.',
  check: ({ topology }) =>
    withoutDuplicates([
      ...withoutChoice(topology),
      ...topology.placements
        .filter(({ server }) => server.version === V2007)
        .flatMap((placement) => withoutName(topology, placement)),
    ]),
};

/** Each declaration of `legacyClients`, with the servers that it applies to. */
function places({ site, placements }: Topology) {
  const at = (of: Path) => [...of, { attribute: 'legacyClients' }];
  return [
    ...placements.flatMap(({ server, path: of }) =>
      server.legacyClients === undefined ? [] : [{ path: at(of), whose: server.name, servers: [server] }],
    ),
    ...Object.entries(site.datacentres ?? {}).flatMap(([name, { legacyClients: said }]) =>
      said === undefined
        ? []
        : [{ path: at(path('datacentres', name)), whose: name, servers: serversOf(site, name) }],
    ),
  ];
}

function withoutChoice(topology: Topology): readonly Finding[] {
  const newer = newerVersions(topology);
  return places(topology).flatMap(({ path: at, whose, servers }): readonly Finding[] => {
    if (!servers.some(isOld)) {
      return [
        {
          path: at,
          problem: `it applies to no server of ${V2007.toString()}: ${whose} has ${versionsOf(servers)}`,
          remedy: `take it out: only ${V2010.toString()} beside ${V2007.toString()} uses it`,
        },
      ];
    }
    // Servers of 2010 may exist in the organization without being declared in this site.
    if (newer.length === 0 || newer.includes(V2010)) return [];
    return [
      {
        path: at,
        problem: `${newer.map(String).join(' and ')} ${newer.length === 1 ? 'proxies' : 'proxy'} ActiveSync to ${V2007.toString()} in any case`,
        remedy: `take it out: only ${V2010.toString()} uses it`,
      },
    ];
  });
}

function withoutName(topology: Topology, { server, directories }: Placement): readonly Finding[] {
  const said = legacyClientsOf(topology.site, server);
  const hostsOf = (service: string) => directories.find(({ row }) => row.service === service)?.hosts;
  const [activesync, owa] = [hostsOf('activesync'), hostsOf('owa')];
  return [
    ...(said?.activesync === 'redirect' && activesync?.external === ''
      ? [
          {
            path: said.path,
            problem: `devices could not be redirected: ${server.name} has no external name for ActiveSync`,
            remedy: `declare one, such as namespaces: { client: 'legacy.contoso.com' }, or declare activesync: 'proxy'`,
          },
        ]
      : []),
    ...(owa?.external === '' && newerVersions(topology).length > 0
      ? [
          {
            path: owa.externalPath,
            problem: `newer servers cannot proxy Outlook on the web to ${withVersion(server)}, and it has no external name to which they could redirect browsers`,
            remedy: `declare one of its own: namespaces: { services: { owa: { internal: '${owa.internal}', external: 'legacy.contoso.com' } } }`,
          },
        ]
      : []),
  ];
}

const isOld = ({ version }: Server) => version === V2007;

function newerVersions({ placements }: Topology): readonly ExchangeVersion[] {
  return ExchangeVersion.ALL.filter(
    (version) => version !== V2007 && placements.some(({ server }) => server.version === version),
  );
}

function versionsOf(servers: readonly Server[]): string {
  return [...new Set(servers.map(({ version }) => version.toString()))].join(' and ') || 'no server';
}
