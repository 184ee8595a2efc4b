import { isIPv4 } from 'node:net';
import type { Invocation } from '../../powershell/invocation';
import { listed } from '../addresses';
import type { Described } from '../element';
import { clusterMac, nlbClusters, switchMac, type NlbCluster, type NlbHost, type NlbRule } from '../nlb';
import { shownPorts } from '../nlb-ports';
import { isWindowsSince } from '../windows';
import { featureInstall, runnableCommands } from '../windows-cmdlets';
import { idOn, type Phase } from './phase';

/**
 * Clusters of Windows Network Load Balancing, after all their hosts are healthy, and before any name resolves to them.
 */
export const nlb: Phase = ({ site }) => nlbClusters(site).flatMap(stepsOf);

function stepsOf(cluster: NlbCluster): readonly Described[] {
  const [first, ...others] = cluster.hosts;
  if (first === undefined) return [];
  const steps: readonly Omit<Described, 'type' | 'dependsOn'>[] = [
    made(cluster, first),
    rules(cluster, first),
    ...others.map((host) => joined(cluster, first, host)),
    ...(cluster.declared.mode === 'multicast' ? [switchEntries(cluster)] : []),
  ];
  return steps.map((step, index): Described => {
    const previous = steps[index - 1];
    return {
      type: 'described',
      ...step,
      dependsOn:
        previous === undefined ? cluster.hosts.map(({ server }) => idOn(server, 'health')) : [previous.id],
    };
  });
}

/** The ids of all steps of clusters, which the DNS records depend on. */
export function nlbStepIds(clusters: readonly NlbCluster[]): readonly string[] {
  return clusters.flatMap((cluster) => stepsOf(cluster).map(({ id }) => id));
}

const idIn = ({ by }: NlbCluster, part: string) => `nlb${by === undefined ? '' : `-${by}`}-${part}`;
const adapterOf = ({ declared: { adapter = '<adapter>' } }: NlbCluster) => adapter;
const MASK = '<subnet mask>';
const WORDS = {
  unicast: 'Unicast',
  multicast: 'Multicast',
  none: 'None',
  single: 'Single',
  network: 'Network',
};

/** The Windows feature that every host needs. Its cmdlets are in a separate feature, the tools. */
const feature = ({ declared: { windows } }: NlbCluster) => featureInstall(windows, ['NLB', 'RSAT-NLB']);

function priority(cluster: NlbCluster, { server, priority: HostPriority }: NlbHost): Invocation {
  return {
    cmdlet: 'Set-NlbClusterNode',
    parameters: { HostName: server.name, InterfaceName: adapterOf(cluster), HostPriority },
  };
}

function made(cluster: NlbCluster, first: NlbHost) {
  const { addresses, name, declared, hosts } = cluster;
  const mode = declared.mode ?? 'unicast';
  const [address = '', ...others] = addresses;
  return {
    id: idIn(cluster, 'cluster'),
    host: first.server.fqdn,
    commands: runnableCommands(declared.windows, [
      feature(cluster),
      {
        cmdlet: 'New-NlbCluster',
        parameters: {
          InterfaceName: adapterOf(cluster),
          ClusterName: name,
          ClusterPrimaryIP: address,
          SubnetMask: MASK,
          OperationMode: WORDS[mode],
        },
      },
      ...others.map((IP) => ({
        cmdlet: 'Add-NlbClusterVip',
        parameters: {
          InterfaceName: adapterOf(cluster),
          IP,
          // An IPv6 address has no subnet mask.
          ...(isIPv4(IP) ? { SubnetMask: MASK } : {}),
        },
      })),
      priority(cluster, first),
    ]),
    table: {
      columns: ['setting', 'value'],
      rows: [
        ...addressRows(cluster),
        ['full internet name', name],
        ['mode', mode],
        ['MAC address', clusterMac(cluster)],
        ...hosts.map(hostRow),
      ],
    },
    reason: `The first host makes the cluster with the feature Network Load Balancing, and the others join it. What comes to its address goes from then on to a host that is up; whether Exchange answers there the cluster does not see.${isUnscripted(cluster) ? ' Windows Server before 2008 R2 has no cmdlets for it: its console nlbmgr.exe does it.' : ''}`,
  };
}

function addressRows({ addresses: [address = '', ...others] }: NlbCluster): readonly (readonly string[])[] {
  return [['cluster address', address], ...others.map((other) => ['further address', other])];
}

function hostRow({ server, priority: number }: NlbHost): readonly string[] {
  return ['host', `${server.name}, ${listed(server.address).join(' ')}, priority ${number}`];
}

function isUnscripted({ declared: { windows } }: NlbCluster): boolean {
  return windows !== undefined && !isWindowsSince(windows, '2008 R2');
}

/** As the address of a port rule: every address of the cluster. */
const EVERY_ADDRESS = '255.255.255.255';

function rules(cluster: NlbCluster, first: NlbHost) {
  const { declared, rules: all } = cluster;
  const affinity = declared.affinity ?? 'single';
  const InterfaceName = adapterOf(cluster);
  return {
    id: idIn(cluster, 'rules'),
    host: first.server.fqdn,
    commands: runnableCommands(declared.windows, [
      // A new cluster has one rule, which balances every port.
      {
        cmdlet: 'Remove-NlbClusterPortRule',
        parameters: { InterfaceName, IP: EVERY_ADDRESS, Port: 80, Force: true },
      },
      ...all.map(({ from, to, isExcluded }) => ({
        cmdlet: 'Add-NlbClusterPortRule',
        parameters: {
          InterfaceName,
          StartPort: from,
          EndPort: to,
          Protocol: 'Tcp',
          ...(isExcluded ? { Mode: 'Disabled' } : { Mode: 'Multiple', Affinity: WORDS[affinity] }),
        },
      })),
    ]),
    table: {
      columns: ['ports', 'protocol', 'filtering mode', 'affinity'],
      rows: all.map((rule: NlbRule) => [
        shownPorts(rule),
        'TCP',
        rule.isExcluded ? 'disabled' : 'multiple hosts',
        rule.isExcluded ? 'none' : affinity,
      ]),
    },
    reason:
      'These rules take the place of the one that a new cluster has, which balances every port. They are set once and are the same on every host. Ports of SMTP are excluded: Hub Transport servers have a resilience of their own, and a connection between servers must reach the one that it is meant for.',
  };
}

function joined(cluster: NlbCluster, first: NlbHost, host: NlbHost) {
  const { server } = host;
  return {
    id: idIn(cluster, `join-${server.name}`),
    host: server.fqdn,
    commands: runnableCommands(cluster.declared.windows, [
      feature(cluster),
      {
        cmdlet: 'Add-NlbClusterNode',
        parameters: {
          HostName: first.server.name,
          InterfaceName: adapterOf(cluster),
          NewNodeName: server.name,
          NewNodeInterface: adapterOf(cluster),
        },
      },
      priority(cluster, host),
    ]),
    table: {
      columns: ['setting', 'value'],
      rows: [['cluster address', cluster.addresses[0] ?? ''], hostRow(host)],
    },
    reason: `${server.name} joins the cluster, whose rules it takes over. All hosts converge once more, during which connections may break: one joins after the other.`,
  };
}

function switchEntries(cluster: NlbCluster) {
  const { vlan = '<vlan>', interfaces = ['<interfaces>'] } = cluster.declared.switch ?? {};
  const mac = switchMac(cluster);
  return {
    id: idIn(cluster, 'switch'),
    host: 'the switch before the cluster',
    commands: [
      // All addresses of the cluster share its MAC address. IPv6 does not use ARP.
      ...cluster.addresses.filter(isIPv4).map((address) => `arp ${address} ${mac} ARPA`),
      `mac address-table static ${mac} vlan ${vlan} interface ${interfaces.join(' ')}`,
    ],
    table: {
      columns: ['setting', 'value'],
      rows: [
        ...addressRows(cluster),
        ['MAC address', clusterMac(cluster)],
        ['VLAN', String(vlan)],
        ['interfaces', interfaces.join(', ')],
      ],
    },
    reason:
      'For whoever looks after the network; this is no PowerShell. In multicast mode the hosts answer for an address of one machine with the MAC address of a group, which routers do not learn and switches send to every port: both are told by static entries.',
  };
}
