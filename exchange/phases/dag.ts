import { path } from '../../schema';
import { elementsOf, type ExchangeObject } from '../element';
import { exchangeObject } from '../exchange-object';
import { dagMember, databaseAvailabilityGroup, erase } from '../resources';
import { includesName } from '../resources/equality';
import type { DatabaseAvailabilityGroup } from '../site';
import { membersOf, type Placement, type Topology } from '../topology';
import { idOn, type Phase } from './phase';

/** The DAG, and the servers that join it once clients get the right names from them. */
export const dag: Phase = (topology, made) => [
  ...dagOf(topology),
  ...topology.placements.flatMap((placement) =>
    placement.dag === undefined
      ? []
      : [
          memberOf(
            placement,
            placement.dag,
            elementsOf(made, 'exchange-object')
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

function dagOf(topology: Topology): readonly ExchangeObject[] {
  const { site, placements } = topology;
  const { dag: declared } = site;
  const version = (membersOf(topology)[0] ?? placements[0]?.server)?.version;
  if (declared === undefined || version === undefined) return [];
  return [
    exchangeObject({
      id: dagId(declared.name),
      definition: erase(databaseAvailabilityGroup),
      server: null,
      version,
      attributes: {
        name: declared.name,
        witness_server: declared.witness.server,
        witness_directory: declared.witness.directory,
        ...(declared.alternateWitness === undefined
          ? {}
          : {
              alternate_witness_server: declared.alternateWitness.server,
              alternate_witness_directory: declared.alternateWitness.directory,
            }),
        ...(declared.addresses === undefined ? {} : { ip_addresses: declared.addresses }),
      },
      origin: {
        server: path('dag'),
        name: path('dag', 'name'),
        witness_server: path('dag', 'witness', 'server'),
        witness_directory: path('dag', 'witness', 'directory'),
        alternate_witness_server: path('dag', 'alternateWitness', 'server'),
        alternate_witness_directory: path('dag', 'alternateWitness', 'directory'),
        ip_addresses: path('dag', 'addresses'),
      },
      dependsOn: [],
      existing: declared.existing ?? false,
    }),
  ];
}

function memberOf(
  { server, path: at }: Placement,
  declared: DatabaseAvailabilityGroup,
  after: readonly string[],
): ExchangeObject {
  return exchangeObject({
    id: idOn(server, 'dag-member'),
    definition: erase(dagMember),
    server: server.name,
    version: server.version,
    attributes: { dag: declared.name, server: server.name },
    origin: { server: [...at, { attribute: 'name' }], dag: path('dag', 'name') },
    dependsOn: [dagId(declared.name), ...after],
    existing: includesName(declared.existingMembers, server.name),
  });
}
