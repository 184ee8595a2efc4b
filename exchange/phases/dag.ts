import type { Path } from '../../schema';
import { path } from '../../schema';
import { elementsOf, type Described, type ExchangeObject } from '../element';
import { exchangeObject } from '../exchange-object';
import { dagMember, databaseAvailabilityGroup, datacenterActivation, erase } from '../resources';
import { includesName, sameServer } from '../resources/equality';
import { serverNameIn } from '../resources/host';
import type { PlacedGroup } from '../placed-groups';
import { isServer } from '../server-hosts';
import type { Placement, Topology } from '../topology';
import { idOn, type Phase } from './phase';

/** The default of the resource for the addresses. */
const DEFAULT_ADDRESSES = databaseAvailabilityGroup.schema.attributes.ip_addresses.defaultValue;

/** The DAGs. A server joins its DAG once it has the right names for clients. */
export const dag: Phase = (topology, before) => [
  ...witnessSteps(topology),
  ...topology.groups.map((placed) => groupObject(topology, placed)),
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
  ...topology.groups.flatMap(activation),
];

function isUrl(kind: string): boolean {
  return kind === 'outlook-anywhere' || kind === 'virtual-directory';
}

/** Exchange ignores letter case in the name of a DAG, but for Terraform another id would be another DAG. */
function dagId(name: string): string {
  return `dag-${name.toUpperCase()}`;
}

/** Witness servers of a DAG that are not declared as Exchange servers. */
function undeclaredWitnesses({ site }: Topology, { group }: PlacedGroup): readonly string[] {
  return [group.witness, group.alternateWitness].flatMap((witness) =>
    witness === undefined || site.servers.some((server) => isServer(witness.server, server))
      ? []
      : [witness.server],
  );
}

/**
 * One manual step for each such witness server, also where several DAGs use it, or name it once with and once without
 * its domain.
 */
function witnessSteps(topology: Topology): readonly Described[] {
  return undeclaredHosts(topology).map((host) => ({
    type: 'described',
    id: witnessId(topology, host),
    host,
    // Windows Server 2008 R2, on which a witness may run, has no cmdlet for it.
    commands: ['net localgroup Administrators "<DOMAIN>\\Exchange Trusted Subsystem" /add'],
    reason: `Exchange makes the witness folder and its share itself, and may do so on a server without Exchange only when the group Exchange Trusted Subsystem is in its local Administrators; on a domain controller in the domain's. <DOMAIN> is the root domain of the forest, where Exchange Setup made the group. A server of Exchange has it there already.`,
    dependsOn: [],
  }));
}

function undeclaredHosts(topology: Topology): readonly string[] {
  const hosts = topology.groups.flatMap((placed) => undeclaredWitnesses(topology, placed));
  return hosts.filter((host, index) => hosts.findIndex((other) => sameServer(other, host)) === index);
}

/**
 * The id of the step: the same whether a server is named with or without its domain. Where servers of several domains
 * have the same name, the id contains the domain.
 */
function witnessId(topology: Topology, witness: string): string {
  const label = (host: string) => serverNameIn(host).toUpperCase();
  const hosts = undeclaredHosts(topology);
  const host = hosts.find((one) => sameServer(one, witness)) ?? witness;
  const isAlone = hosts.every((other) => other === host || label(other) !== label(host));
  return `witness-${isAlone ? label(host) : host.toUpperCase()}`;
}

function groupObject(topology: Topology, placed: PlacedGroup): ExchangeObject {
  const { group, path: at, version, addresses } = placed;
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
    dependsOn: [...new Set(undeclaredWitnesses(topology, placed).map((host) => witnessId(topology, host)))],
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

/** Datacenter activation coordination, set once all members have joined. */
function activation({ group, path: at, version, members }: PlacedGroup): readonly ExchangeObject[] {
  if (group.datacenterActivation === undefined) return [];
  return [
    exchangeObject({
      id: `${dagId(group.name)}-activation`,
      definition: erase(datacenterActivation),
      server: null,
      version,
      attributes: { dag: group.name, mode: group.datacenterActivation },
      origin: {
        server: at,
        dag: [...at, { attribute: 'name' }],
        mode: [...at, { attribute: 'datacenterActivation' }],
      },
      dependsOn: [dagId(group.name), ...members.map((server) => idOn(server, 'dag-member'))],
      existing: group.existing ?? false,
    }),
  ];
}
