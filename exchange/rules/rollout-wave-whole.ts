import { path } from '../../schema';
import { sameName } from '../resources/equality';
import type { Server } from '../site';
import { wavesOf } from '../waves';
import type { Rule } from './rule';

export const rolloutWaveWhole: Rule = {
  id: 'rollout-wave-whole',
  severity: 'warning',
  description:
    'No wave holds all members of a DAG or all servers of a datacentre, where there are several: all of them would change at once, and none would be left to serve their clients.',
  check: ({ site, topology }) => {
    if (typeof site.rollout === 'string') return [];
    const groups = [
      ...topology.groups.map(({ group, members }) => ({ what: `all members of ${group.name}`, members })),
      ...datacentres(site.servers),
    ].filter(({ members }) => members.length > 1);
    return wavesOf(site).flatMap((wave, index) =>
      groups
        .filter(({ members }) => members.every((server) => wave.includes(server)))
        .map(({ what, members }) => ({
          path: path('rollout', index),
          problem: `the wave holds ${what} (${members.map(({ name }) => name).join(', ')}), so that nobody is left to serve their clients while they change`,
          remedy: 'put at least one of them into another wave',
        })),
    );
  },
};

/** The datacentres with their servers. Servers without a declared datacentre count as one. */
function datacentres(
  servers: readonly Server[],
): readonly { readonly what: string; readonly members: readonly Server[] }[] {
  const names = servers.map(({ datacentre }) => datacentre ?? '');
  const distinct = names.filter((name, index) => names.findIndex((other) => sameName(other, name)) === index);
  return distinct.map((name) => ({
    what: name === '' ? 'all servers that name no datacentre' : `all servers of the datacentre ${name}`,
    members: servers.filter(({ datacentre }) => sameName(datacentre ?? '', name)),
  }));
}
