import type { Path } from '../../schema';
import { path } from '../../schema';
import { elementsOf, type ExchangeObject } from '../element';
import { exchangeObject } from '../exchange-object';
import { dagMember, databaseAvailabilityGroup, erase } from '../resources';
import { includesName } from '../resources/equality';
import type { PlacedGroup } from '../placed-groups';
import type { Placement } from '../topology';
import { idOn, type Phase } from './phase';

/** What the resource has where no addresses are given. */
const DEFAULT_ADDRESSES = databaseAvailabilityGroup.schema.attributes.ip_addresses.defaultValue;

/** The DAGs, and the servers that join them once clients get the right names from them. */
export const dag: Phase = (topology, before) => [
  ...topology.groups.map(made),
  ...topology.placements.flatMap((placement) =>
    placement.dag === undefined
      ? []
      : [
          memberOf(
            placement,
            placement.dag,
            elementsOf(before, 'exchange-object')
              .filter(({ server, definition }) => server === placement.server.name && isUrl(definition.kind))
              .map(({ id }) => id),
          ),
        ],
  ),
];

function isUrl(kind: string): boolean {
  return kind === 'outlook-anywhere' || kind === 'virtual-directory';
}

/** Letter case does not count in the name of a DAG, and to Terraform another id would be another DAG. */
function dagId(name: string): string {
  return `dag-${name.toUpperCase()}`;
}

function made({ group, path: at, version, addresses }: PlacedGroup): ExchangeObject {
  const { name, witness, alternateWitness } = group;
  const within = (...steps: readonly string[]): Path => [...at, ...path(...steps)];
  const isDefault =
    group.addresses === undefined && JSON.stringify(addresses) === JSON.stringify(DEFAULT_ADDRESSES);
  return exchangeObject({
    id: dagId(name),
    definition: erase(databaseAvailabilityGroup),
    server: null,
    version,
    attributes: {
      name,
      witness_server: witness.server,
      witness_directory: witness.directory,
      ...(alternateWitness === undefined
        ? {}
        : {
            alternate_witness_server: alternateWitness.server,
            alternate_witness_directory: alternateWitness.directory,
          }),
      ...(addresses === undefined || isDefault ? {} : { ip_addresses: addresses }),
    },
    origin: {
      server: at,
      name: within('name'),
      witness_server: within('witness', 'server'),
      witness_directory: within('witness', 'directory'),
      alternate_witness_server: within('alternateWitness', 'server'),
      alternate_witness_directory: within('alternateWitness', 'directory'),
      ip_addresses: within('addresses'),
    },
    dependsOn: [],
    existing: group.existing ?? false,
  });
}

function memberOf(
  { server, path: at }: Placement,
  { group, path: groupAt }: PlacedGroup,
  after: readonly string[],
): ExchangeObject {
  return exchangeObject({
    id: idOn(server, 'dag-member'),
    definition: erase(dagMember),
    server: server.name,
    version: server.version,
    attributes: { dag: group.name, server: server.name },
    origin: { server: [...at, { attribute: 'name' }], dag: [...groupAt, { attribute: 'name' }] },
    dependsOn: [dagId(group.name), ...after],
    existing: includesName(group.existingMembers, server.name),
  });
}
