import { elementsOf } from '../../exchange/element';
import { withoutPorts } from '../../exchange/nlb-ports';
import { resolveSite } from '../../exchange/resolve-site';
import {
  ExchangeVersion,
  type ExchangeSiteProps,
  type NetworkLoadBalancing,
  type Server,
} from '../../exchange/site';
import { server, site } from './sites';

const { V2007, V2010, V2013 } = ExchangeVersion;

/** Servers of a version in a cluster, with these services on their certificate. */
function clustered(
  version: ExchangeVersion,
  nlb: NetworkLoadBalancing,
  services: readonly ('IIS' | 'POP' | 'IMAP')[] = ['IIS'],
  own: Partial<Server> = {},
): ExchangeSiteProps {
  const endpoint = version === V2007 ? { endpoint: 'environment' } : {};
  const { namespaces, certificate } = site();
  return {
    servers: [server(1, { version, ...endpoint, ...own }), server(2, { version, ...endpoint })],
    dns: { zones: [{ name: 'contoso.com' }], publish: { virtualIp: '192.0.2.100', nlb } },
    namespaces,
    certificate: { ...certificate, services },
  };
}

function step(declaration: ExchangeSiteProps, id: string) {
  const state = resolveSite(declaration);
  expect(state.diagnostics).toEqual([]);
  const found = elementsOf(state.elements, 'described').find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no step ${id}`);
  return found;
}

const ports = (declaration: ExchangeSiteProps, mode: string) =>
  step(declaration, 'nlb-rules').table?.rows.flatMap(([port, , of]) => (of === mode ? [port] : []));

describe('the ports that a cluster balances, left out,', () => {
  test.each<readonly [ExchangeVersion, readonly ('IIS' | 'POP' | 'IMAP')[], readonly string[]]>([
    [V2007, ['IIS'], ['80', '443']],
    [V2007, ['IIS', 'POP'], ['80', '110', '443', '995']],
    [V2007, ['IIS', 'IMAP'], ['80', '143', '443', '993']],
    [V2010, ['IIS'], ['80', '135', '443', '1024-65535']],
    [V2013, ['IIS'], ['80', '443']],
  ])('are of %s with a certificate for %j: %j', (version, services, expected) => {
    expect(ports(clustered(version, {}, services), 'multiple hosts')).toEqual(expected);
  });
});

test('IMAP is balanced where its name is on a certificate, which may be a wildcard', () => {
  const declaration = clustered(V2010, {});
  const named: ExchangeSiteProps = {
    ...declaration,
    mailProtocols: { imap: { host: 'imap.contoso.com' } },
    certificate: { ...site().certificate, names: ['*.contoso.com'] },
  };
  expect(ports(named, 'multiple hosts')).toEqual(['80', '135', '143', '443', '993', '1024-65535']);
  expect(ports(declaration, 'multiple hosts')).not.toContain('143');
});

describe('ports of SMTP', () => {
  test('are excluded, whatever is balanced', () => {
    expect(ports(clustered(V2010, { ports: [443] }), 'disabled')).toEqual(['25', '465', '587']);
  });

  test('are excluded from a range that holds them, further ones too', () => {
    const declaration = clustered(V2010, { ports: ['20-600', '1024-65535'], smtpPorts: [2525, 600] }, [
      'IIS',
      'POP',
      'IMAP',
    ]);
    expect(ports(declaration, 'disabled')).toEqual(['25', '465', '587', '600', '2525']);
    expect(ports(declaration, 'multiple hosts')).toEqual([
      '20-24',
      '26-464',
      '466-586',
      '588-599',
      '1024-2524',
      '2526-65535',
    ]);
  });

  test('leave nothing of a range of nothing else', () => {
    expect(withoutPorts({ from: 25, to: 26 }, [25, 26])).toEqual([]);
    expect(withoutPorts({ from: 24, to: 26 }, [26, 24])).toEqual([{ from: 25, to: 25 }]);
    expect(withoutPorts({ from: 1, to: 9 }, [])).toEqual([{ from: 1, to: 9 }]);
  });
});

describe('a cluster', () => {
  const rows = (nlb: NetworkLoadBalancing) => step(clustered(V2010, nlb), 'nlb-cluster').table?.rows;

  test('is called as all clients call it, and has its hosts in their order', () => {
    expect(rows({})).toEqual(
      expect.arrayContaining([
        ['full internet name', 'mail.contoso.com'],
        ['mode', 'unicast'],
        ['MAC address', '02-BF-C0-00-02-64'],
        ['host', 'EX01, 192.0.2.1, priority 1'],
        ['host', 'EX02, 192.0.2.2, priority 2'],
      ]),
    );
  });

  test('has the priorities that are declared', () => {
    expect(rows({ priorities: { ex02: 1, EX01: 2 } })).toEqual(
      expect.arrayContaining([
        ['host', 'EX01, 192.0.2.1, priority 2'],
        ['host', 'EX02, 192.0.2.2, priority 1'],
      ]),
    );
  });

  test('has the affinity that is declared', () => {
    const all = step(clustered(V2010, { affinity: 'network' }), 'nlb-rules').table?.rows ?? [];
    expect(new Set(all.map(([, , mode, affinity]) => [mode, affinity].join()))).toEqual(
      new Set(['multiple hosts,network', 'disabled,none']),
    );
  });

  test.each(['2003', '2008'] as const)(
    'has no commands on Windows Server %s, and names its console',
    (windows) => {
      const { commands, reason } = step(clustered(V2007, { windows }), 'nlb-cluster');
      expect(commands).toEqual([]);
      expect(reason).toContain('nlbmgr.exe');
    },
  );

  test('has commands from 2008 R2 on, with the adapter that is declared', () => {
    const { commands } = step(clustered(V2010, { windows: '2012', adapter: 'Cluster' }), 'nlb-cluster');
    expect(commands[0]).toBe("Install-WindowsFeature -Name 'NLB', 'RSAT-NLB'");
    expect(commands[1]).toMatch(/^New-NlbCluster -InterfaceName 'Cluster' .* -OperationMode 'Unicast'$/);
  });

  test('gives no subnet mask to a further address of IPv6, which has none', () => {
    const declaration = clustered(V2010, {});
    const { commands } = step(
      {
        ...declaration,
        dns: {
          zones: [{ name: 'contoso.com' }],
          publish: {
            virtualIp: ['192.0.2.100', '192.0.2.101', '2001:db8::100'],
            nlb: { windows: '2012', adapter: 'Cluster' },
          },
        },
      },
      'nlb-cluster',
    );
    expect(commands.filter((command) => command.startsWith('Add-NlbClusterVip'))).toEqual([
      "Add-NlbClusterVip -InterfaceName 'Cluster' -IP '192.0.2.101' -SubnetMask '<subnet mask>'",
      "Add-NlbClusterVip -InterfaceName 'Cluster' -IP '2001:db8::100'",
    ]);
  });

  test('wants nothing of a switch in unicast mode, and in multicast mode what is known of it', () => {
    const ids = (nlb: NetworkLoadBalancing) =>
      elementsOf(resolveSite(clustered(V2010, nlb)).elements, 'described').map(({ id }) => id);
    expect(ids({})).toEqual(['nlb-cluster', 'nlb-rules', 'nlb-join-EX02']);
    expect(ids({ mode: 'multicast' })).toContain('nlb-switch');
    expect(step(clustered(V2010, { mode: 'multicast' }), 'nlb-switch').commands).toEqual([
      'arp 192.0.2.100 03bf.c000.0264 ARPA',
      'mac address-table static 03bf.c000.0264 vlan <vlan> interface <interfaces>',
    ]);
  });

  test('has a static entry of the switch for each of its addresses', () => {
    const declaration = clustered(V2010, {});
    const publish = {
      virtualIp: ['192.0.2.100', '2001:db8::100'],
      virtualIps: { 'autodiscover.contoso.com': '192.0.2.101' },
      nlb: { mode: 'multicast' as const },
    };
    const { commands, table } = step(
      { ...declaration, dns: { zones: [{ name: 'contoso.com' }], publish } },
      'nlb-switch',
    );
    expect(commands.slice(0, -1)).toEqual([
      'arp 192.0.2.100 03bf.c000.0264 ARPA',
      'arp 192.0.2.101 03bf.c000.0264 ARPA',
    ]);
    expect(table?.rows.slice(0, 3)).toEqual([
      ['cluster address', '192.0.2.100'],
      ['further address', '2001:db8::100'],
      ['further address', '192.0.2.101'],
    ]);
  });

  test('of a datacentre has its hosts only, and its own steps', () => {
    const declaration: ExchangeSiteProps = {
      ...clustered(V2010, {}),
      servers: [
        server(1, { version: V2010, datacentre: 'lisbon' }),
        server(2, { version: V2010, datacentre: 'porto' }),
      ],
      datacentres: {
        lisbon: { publish: { virtualIp: '192.0.2.100', nlb: {} } },
        porto: { publish: 'round-robin' },
      },
      dns: { zones: [{ name: 'contoso.com' }] },
    };
    const ids = elementsOf(resolveSite(declaration).elements, 'described').map(({ id }) => id);
    expect(ids).toEqual(['nlb-lisbon-cluster', 'nlb-lisbon-rules']);
  });

  test.each(['8.1.240.6', undefined])('is right with Exchange 2007 of build %s', (build) => {
    const own = build === undefined ? {} : { build };
    expect(resolveSite(clustered(V2007, {}, ['IIS'], own)).diagnostics).toEqual([]);
  });
});
