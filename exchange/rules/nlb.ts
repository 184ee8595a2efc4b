import { isIPv4 } from 'node:net';
import { formatPath, path, type Path } from '../../schema';
import { listed } from '../addresses';
import { nlbClusters, smtpPortsOf, type NlbCluster } from '../nlb';
import { portRange, shownPorts, type PortRange } from '../nlb-ports';
import { type LoadBalancer, publishingPlaces } from '../publishing';
import { includesName, sameName } from '../resources/equality';
import { isHostName } from '../resources/host';
import type { NetworkLoadBalancing, Server } from '../site';
import type { Topology } from '../topology';
import type { Finding, Rule } from './rule';

/**
 * https://learn.microsoft.com/previous-versions/office/exchange-server-2010/ff625247(v=exchg.141)
 * https://learn.microsoft.com/windows-server/networking/technologies/network-load-balancing
 */
export const nlb: Rule = {
  id: 'nlb',
  severity: 'error',
  description:
    'A cluster of Windows Network Load Balancing has an IPv4 address and at most 32 hosts with different priorities. No host is a member of a DAG or of another cluster. Port rules do not overlap and hold no SMTP port; a range is split around these.',
  check: ({ site, topology }) => {
    const clusters = nlbClusters(site);
    return [
      ...publishingPlaces(site).flatMap(({ publish, path: at, servers }) => {
        if (publish.nlb === undefined) return [];
        const cluster = clusters.find((one) => formatPath(one.path) === formatPath(at));
        // A cluster without hosts is not in use yet: then all servers that its declaration applies to count as hosts.
        const hosts = cluster?.hosts.map(({ server }) => server) ?? servers;
        return [
          ...clusterFindings(publish, publish.nlb, at),
          ...ports(publish.nlb, at),
          ...priorityFindings(publish.nlb, at, hosts),
        ];
      }),
      ...clusters.flatMap((cluster, index) => [
        ...priorities(cluster),
        ...hostsInGroups(cluster, topology),
        ...besideAnother(cluster, clusters.slice(0, index)),
      ]),
    ];
  },
};

const within = (at: Path, ...steps: readonly (string | number)[]): Path => [...at, ...path('nlb', ...steps)];

function clusterFindings(
  { virtualIp, layer }: LoadBalancer,
  declared: NetworkLoadBalancing,
  at: Path,
): readonly Finding[] {
  const [address = ''] = listed(virtualIp);
  const { name, switch: { vlan } = {} } = declared;
  return [
    ...(name === undefined || (isHostName(name) && name.includes('.'))
      ? []
      : [
          {
            path: within(at, 'name'),
            problem: `'${name}' is not a host name with a domain`,
            remedy: 'write it as mail.contoso.com, or leave it out',
          },
        ]),
    ...(layer === 7
      ? [
          {
            path: [...at, { attribute: 'layer' }],
            problem:
              'layer 7 is declared, but Windows Network Load Balancing looks only at addresses and ports',
            remedy: 'take it out, or take nlb out where another load balancer stands there',
          },
        ]
      : []),
    ...(isIPv4(address)
      ? []
      : [
          {
            path: [...at, { attribute: 'virtualIp' }],
            problem: `'${address}' would be the address of the cluster, whose MAC address is made of an IPv4 address`,
            remedy: 'put an IPv4 address first',
          },
        ]),
    ...(vlan === undefined || (vlan >= 1 && vlan <= 4094)
      ? []
      : [
          {
            path: within(at, 'switch', 'vlan'),
            problem: `${vlan} is not the number of a VLAN`,
            remedy: 'give one from 1 to 4094',
          },
        ]),
  ];
}

function ports(declared: NetworkLoadBalancing, at: Path): readonly Finding[] {
  const smtp = smtpPortsOf(declared);
  const seen: PortRange[] = [];
  return [
    ...(declared.smtpPorts ?? []).flatMap((port, index) =>
      portRange(port) === undefined ? [notAPort(within(at, 'smtpPorts', index), port)] : [],
    ),
    ...(declared.ports ?? []).flatMap((port, index): readonly Finding[] => {
      const place = within(at, 'ports', index);
      const range = portRange(port);
      if (range === undefined) return [notAPort(place, port)];
      const other = seen.find(({ from, to }) => from <= range.to && range.from <= to);
      seen.push(range);
      if (other !== undefined) {
        return [
          {
            path: place,
            problem: `${shownPorts(range)} and ${shownPorts(other)} have ports in common, which would stand in two rules`,
            remedy: 'give each port once',
          },
        ];
      }
      // A range is split around them.
      return range.from === range.to && smtp.includes(range.from)
        ? [
            {
              path: place,
              problem: `port ${range.from} is one of SMTP, which must not be balanced: Hub Transport servers have a resilience of their own, and a connection between servers must reach the one that it is meant for`,
              remedy: 'take it out: it is excluded',
            },
          ]
        : [];
    }),
  ];
}

function notAPort(at: Path, port: number | string): Finding {
  return {
    path: at,
    problem: `'${port}' is not a TCP port`,
    remedy: "write it as 443, and a range as '1024-65535', the lower port first",
  };
}

const MOST_HOSTS = 32;

function priorityFindings(
  { priorities: all = {} }: NetworkLoadBalancing,
  at: Path,
  hosts: readonly Server[],
): readonly Finding[] {
  const names = hosts.map(({ name }) => name);
  return Object.entries(all).flatMap(([name, priority], index, entries): readonly Finding[] => {
    const place = within(at, 'priorities', name);
    const before = entries.slice(0, index).find(([other]) => sameName(other, name));
    if (before !== undefined) {
      return [
        {
          path: place,
          problem: `'${name}' has a priority already, as '${before[0]}'`,
          remedy: 'leave one of them out',
        },
      ];
    }
    if (!includesName(names, name)) {
      return [
        {
          path: place,
          problem: `'${name}' is no host of the cluster`,
          remedy: `name one of ${names.join(', ')}`,
        },
      ];
    }
    return priority >= 1 && priority <= MOST_HOSTS
      ? []
      : [
          {
            path: place,
            problem: `${priority} is not a priority`,
            remedy: `give one from 1 to ${MOST_HOSTS}`,
          },
        ];
  });
}

function priorities({ path: at, hosts }: NlbCluster): readonly Finding[] {
  const seen = new Map<number, string>();
  const place = within(at, 'priorities');
  const inOrder = hosts.map(({ server }, index) => `'${server.name}': ${index + 1}`);
  return [
    ...hosts.flatMap(({ server, priority }): readonly Finding[] => {
      const other = seen.get(priority);
      seen.set(priority, server.name);
      if (other === undefined) return [];
      return [
        {
          path: place,
          problem: `${other} and ${server.name} would both have priority ${priority}`,
          remedy: `give each host its own: ${formatPath(place)}: { ${inOrder.join(', ')} }`,
        },
      ];
    }),
    ...(hosts.length > MOST_HOSTS
      ? [
          {
            path: within(at),
            problem: `${hosts.length} servers would be hosts of the cluster, which takes ${MOST_HOSTS}`,
            remedy: 'publish some of them by another load balancer',
          },
        ]
      : []),
  ];
}

/** A server may be a host of one cluster only: the described commands address a cluster by its network adapter. */
function besideAnother({ path: at, hosts }: NlbCluster, others: readonly NlbCluster[]): readonly Finding[] {
  return others.flatMap((other) => {
    const both = hosts.filter(({ server }) => other.hosts.some((host) => host.server === server));
    if (both.length === 0) return [];
    return [
      {
        path: within(at),
        problem: `${both.map(({ server }) => server.name).join(', ')} would be ${both.length === 1 ? 'a host' : 'hosts'} of this cluster and of that of ${formatPath(within(other.path))}`,
        remedy:
          'take nlb out here, so that names only resolve to this address; it must be the address of the other cluster, or lead to it',
      },
    ];
  });
}

function hostsInGroups(cluster: NlbCluster, { placements }: Topology): readonly Finding[] {
  const both = placements.filter(
    ({ server, dag }) => dag !== undefined && cluster.hosts.some((host) => host.server === server),
  );
  if (both.length === 0) return [];
  return [
    {
      path: within(cluster.path),
      problem: `${both.map(({ server }) => server.name).join(', ')} would be in this cluster and in a DAG: Windows takes no Network Load Balancing on a server of a failover cluster, which a DAG is`,
      remedy: 'put another load balancer before them, and take nlb out; or take them out of the DAG',
    },
  ];
}
