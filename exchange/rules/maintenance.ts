import { formatPath, type Path } from '../../schema';
import { hasComponentStates } from '../declared-maintenance';
import { sameName } from '../resources/equality';
import type { Placement } from '../topology';
import { ExchangeVersion } from '../versions';
import { type Finding, type Rule, withVersion } from './rule';

export const maintenance: Rule = {
  id: 'maintenance',
  severity: 'error',
  description:
    'A server with maintenance can be drained, and another server takes over. Exchange 2007 cannot be drained; 2010 only as a member of a DAG, and beside newer servers only with an endpoint of its own. From 2013 on another server of 2013 or later receives the messages; `redirectTo` may name it.',
  check: ({ topology, site }) => {
    const drained = topology.placements.flatMap((placement) =>
      placement.maintenance === undefined ? [] : [{ ...placement, ...placement.maintenance, placement }],
    );
    const newer = site.servers.find(hasComponentStates);
    const places = new Map<string, Path>(drained.map(({ path }) => [formatPath(path), path]));
    return [...places].flatMap(([place, path]): readonly Finding[] => {
      const here = drained.filter((each) => formatPath(each.path) === place);
      const [named] = here.flatMap(({ declaredTarget }) => declaredTarget ?? []);
      const idle = here.map(({ placement }) => placement).filter((each) => !isDrainable(each));
      const unseen = here.map(({ placement }) => placement).filter(isUnseen);
      const alone = here.filter(
        (each) => hasComponentStates(each.server) && each.redirectTo === undefined && named === undefined,
      );
      return [
        ...(named === undefined ? [] : targetFindings(path, named, here, site.servers)),
        ...(idle.length === 0
          ? []
          : [
              {
                path,
                problem: `${idle.map(({ server }) => withVersion(server)).join(', ')} cannot be drained: ${reasons(idle)}`,
                remedy: exemption(idle, here.length),
              },
            ]),
        ...(newer === undefined
          ? []
          : unseen.map(({ server }) => ({
              path,
              problem: `the session of a site with ${withVersion(newer)} does not show which databases are active on ${withVersion(server)}, so that none would be moved`,
              remedy: `give ${server.name} an endpoint of its own: endpoint: 'https://${server.fqdn}/PowerShell/'; or declare maintenance: false for it`,
            }))),
        ...(alone.length === 0
          ? []
          : [
              {
                path,
                problem: `no server can take over from ${alone.map(({ server }) => server.name).join(', ')}: there is no other server of ${ExchangeVersion.V2013.toString()} or later`,
                remedy: `${exemption(alone, here.length)}: it would stop the service, and no other server would take over`,
              },
            ]),
      ];
    });
  },
};

/** Why servers cannot be drained, for each of their versions. */
function reasons(servers: readonly Placement[]): string {
  const isOfGroups = ({ server: { version } }: Placement) => version.isAtLeast(ExchangeVersion.V2010);
  return [
    ...(servers.every(isOfGroups) ? [] : [`${ExchangeVersion.V2007.toString()} has no cmdlet for it`]),
    ...(servers.some(isOfGroups)
      ? [`${ExchangeVersion.V2010.toString()} moves only the active databases of a member of a DAG`]
      : []),
  ].join(', and ');
}

/** How to keep maintenance from some servers of a place that declares it for `all` of them. */
function exemption(servers: readonly Pick<Placement, 'server'>[], all: number): string {
  const names = servers.map(({ server }) => server.name).join(', ');
  const each = `declare maintenance: false for ${names}`;
  // Otherwise the other servers would no longer be drained either.
  return servers.length === all ? `take maintenance out, or ${each}` : each;
}

function isDrainable({ server, dag }: Placement): boolean {
  if (hasComponentStates(server)) return true;
  return server.version.isAtLeast(ExchangeVersion.V2010) && dag !== undefined;
}

/**
 * Whether a session on a newer server shows none of its databases: from 2013 on, `Get-MailboxDatabase` leaves out
 * databases of 2010 by default. https://learn.microsoft.com/powershell/module/exchangepowershell/get-mailboxdatabase
 */
function isUnseen(placement: Placement): boolean {
  const { server } = placement;
  return isDrainable(placement) && !hasComponentStates(server) && server.endpoint === undefined;
}

function targetFindings(
  path: Path,
  named: string,
  drained: readonly { readonly server: Placement['server'] }[],
  servers: readonly Placement['server'][],
): readonly Finding[] {
  const target = servers.find(({ name }) => sameName(name, named));
  const at = [...path, { attribute: 'redirectTo' }];
  const isDrained = (one: Placement['server']) => drained.some(({ server }) => server === one);
  if (target === undefined) {
    const fit = servers.filter((server) => hasComponentStates(server) && !isDrained(server));
    return [
      {
        path: at,
        problem: `'${named}' is none of ${servers.map(({ name }) => name).join(', ')}`,
        remedy: `${fit.length === 0 ? '' : `name one of ${fit.map(({ name }) => name).join(', ')}, without a domain, or `}declare maintenance: true, so that one is chosen for each server`,
      },
    ];
  }
  if (!hasComponentStates(target)) {
    return [
      {
        path: at,
        problem: `${withVersion(target)} cannot take over messages: that came with ${ExchangeVersion.V2013.toString()}`,
        remedy: 'name a newer server',
      },
    ];
  }
  return isDrained(target)
    ? [
        {
          path: at,
          problem: `${target.name} would hand its messages to itself`,
          remedy: `name another server for ${target.name}, or declare maintenance: true, so that one is chosen`,
        },
      ]
    : [];
}
