import { path } from '../../schema';
import { lacksSp1, SP1_OF_2013 } from '../builds';
import type { PlacedGroup } from '../placed-groups';
import type { Placement } from '../topology';
import { ExchangeVersion, parseBuild } from '../versions';
import { MEANINGS } from './dag-addresses';
import type { Finding, Rule } from './rule';

const SP1 = `Exchange Server 2013 SP1 (${SP1_OF_2013})`;

export const serverBuild: Rule = {
  id: 'server-build',
  severity: 'error',
  description:
    'The build of a server is a build of its version. SSL offloading and a DAG without an administrative access point, both new in Exchange 2013 SP1, are not declared for servers with an earlier build. Exchange 2007 has at least SP1.',
  check: ({ topology: { placements } }) => placements.flatMap(ofServer),
};

function ofServer({ server, path: of, sslOffload, dag }: Placement): readonly Finding[] {
  const { build, version } = server;
  if (build === undefined) return [];
  const at = [...of, ...path('build')];
  const parsed = parseBuild(build);
  if (parsed === undefined) {
    return [
      {
        path: at,
        problem: `'${build}' is not a build`,
        remedy: `write the four numbers that the server shows (AdminDisplayVersion of Get-ExchangeServer), in the form of ${SP1_OF_2013} or Version 15.0 (Build 847.32)`,
      },
    ];
  }
  const real = ExchangeVersion.ofBuild(build);
  if (real !== version) {
    return [
      {
        path: at,
        problem: `'${build}' is a build of ${real?.toString() ?? 'no known version'}, not of ${version.toString()}`,
        remedy: remedyFor(version, real),
      },
    ];
  }
  if (version === ExchangeVersion.V2007 && parsed.minor === 0) {
    return [
      {
        path: at,
        problem: `${server.name} runs ${build}, Exchange Server 2007 without a service pack, which is not managed from here`,
        remedy: 'install Service Pack 1 or later on the server, and declare its build',
      },
    ];
  }
  if (!lacksSp1(server)) return [];
  const needs = (problem: string, remedy: string): Finding => ({
    path: at,
    problem: `${server.name} runs ${build}: ${problem}, which came with ${SP1}`,
    remedy,
  });
  return [
    ...(sslOffload?.isOn === true
      ? [needs('it has no SSL offload', 'update the server and declare its build, or take sslOffload out')]
      : []),
    ...(dag !== undefined && isWithoutAccessPoint(dag)
      ? [
          needs(
            `it cannot be a member of ${dag.group.name}, a DAG without an administrative access point`,
            `give the DAG an address in each subnet, or '0.0.0.0' for DHCP: addresses: ['…']`,
          ),
        ]
      : []),
  ];
}

function remedyFor(version: ExchangeVersion, real: ExchangeVersion | undefined): string {
  if (real === undefined) return 'correct the build or the version: Get-ExchangeServer shows both';
  return real.goesWith(version)
    ? `servers are updated from one to the other in place, one after another: declare what this server runs now, version: ${real.declaredAs} with this build, or a build of ${version.declaredAs}; it stays in its DAG meanwhile`
    : `correct the build or the version: ${real.declaredAs}`;
}

/** Whether a DAG has no administrative access point, which is the default without addresses. */
function isWithoutAccessPoint({ group: { addresses } }: PlacedGroup): boolean {
  return (
    addresses === undefined || addresses.some((address) => MEANINGS.has(address) && address !== '0.0.0.0')
  );
}
