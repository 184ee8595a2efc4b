import type { Argument, Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import type { Diagnostic, Known, KnownValues, Problem } from '../../schema';
import { text, textList } from '../../schema';
import { recordTypeOf } from '../addresses';
import { defineResource } from './definition';
import { sameFolder, sameName, sameServer } from './equality';
import { isComputerHost } from './host';
import { isLocalFolder } from './local-path';
import { objectWith } from './object-with';
import { textOf, textsOf } from './property';
import type { Step } from './step';

/**
 * The name becomes the name of a computer account, so that it must be valid as such and have at most 15 characters
 * (Microsoft's page of New-DatabaseAvailabilityGroup).
 */
export function dagNameProblem(name: string): Problem | undefined {
  if (name.length > 15) {
    return {
      problem: `'${name}' has ${name.length} characters; the name of a DAG has at most 15`,
      remedy: 'choose a shorter name, such as DAG01',
    };
  }
  return isComputerHost(name) && !name.includes('.')
    ? undefined
    : {
        problem: `'${name}' is not a name for a DAG`,
        remedy: 'use letters, digits, hyphens and underscores, a letter or digit first, such as DAG01',
      };
}

function witnessProblem(value: Known): Problem | undefined {
  return isComputerHost(value as string)
    ? undefined
    : {
        problem: `'${value as string}' is not the name of a server`,
        remedy: 'give its name or FQDN, without backslashes',
      };
}

function directoryProblem(value: Known): Problem | undefined {
  return isLocalFolder(value as string)
    ? undefined
    : {
        problem: `'${value as string}' is not a local folder`,
        remedy: 'write it as C:\\DAGFileShareWitnesses\\DAG01',
      };
}

function addressProblem(value: Known): Problem | undefined {
  // .NET reads numbers with a leading zero as octal: 10.0.0.010 would be another address.
  const wrong = (value as readonly string[]).find((address) => recordTypeOf(address) !== 'A');
  return wrong === undefined
    ? undefined
    : { problem: `'${wrong}' is not an IPv4 address`, remedy: 'write it as 10.0.0.10' };
}

const WITNESS = { witness_server: 'WitnessServer', witness_directory: 'WitnessDirectory' } as const;
const ALTERNATE = {
  alternate_witness_server: 'AlternateWitnessServer',
  alternate_witness_directory: 'AlternateWitnessDirectory',
} as const;
const ADDRESSES = { ip_addresses: 'DatabaseAvailabilityGroupIpAddresses' } as const;

/** The one call that shows all groups with their members. */
export const GROUPS: Invocation = {
  cmdlet: 'Get-DatabaseAvailabilityGroup',
  parameters: {},
  properties: [
    'Name',
    'Servers',
    ...[WITNESS, ALTERNATE, ADDRESSES].flatMap((row) => Object.values(row)),
    'DatacenterActivationMode',
  ],
};

/** A database availability group. Its members are resources of their own. */
export const databaseAvailabilityGroup = defineResource({
  typeName: 'exchange_database_availability_group',
  kind: 'dag',
  lifecycle: 'owned',
  description: 'A database availability group (DAG) with its witness.',
  attributes: {
    name: text('required', 'Name, at most 15 characters.', {
      identity: true,
      equals: sameName,
      problem: (value) => dagNameProblem(value as string),
    }),
    witness_server: text(
      'required',
      'Server that holds the witness folder; never a member of the same DAG.',
      {
        equals: sameServer,
        problem: witnessProblem,
      },
    ),
    witness_directory: text('required', 'Folder on the witness server, its own for each DAG.', {
      equals: sameFolder,
      problem: directoryProblem,
    }),
    alternate_witness_server: text(
      'optional',
      'Witness server of the other datacentre, used after a switchover. Left out: none.',
      { equals: sameServer, problem: witnessProblem },
    ),
    alternate_witness_directory: text('optional', 'Folder on the alternate witness server. Left out: none.', {
      equals: sameFolder,
      problem: directoryProblem,
    }),
    ip_addresses: textList(
      'optional-computed',
      'Addresses of the cluster: one in each subnet; 0.0.0.0 for DHCP; 255.255.255.255 for no administrative access point, which Exchange 2010 does not have. Left out: 255.255.255.255.',
      {
        defaultValue: ['255.255.255.255'],
        problem: addressProblem,
        equals: (left, right) =>
          [...(left as string[])].sort().join(' ') === [...(right as string[])].sort().join(' '),
      },
    ),
  },
  importId: ['name'],
  declaredExisting: ({ name }) => `dag: { name: '${name ?? ''}', …, existing: true }`,
  validate: (config) =>
    'alternate_witness_server' in config &&
    'alternate_witness_directory' in config &&
    (config['alternate_witness_server'] === null) !== (config['alternate_witness_directory'] === null)
      ? [
          {
            severity: 'error',
            summary: 'An alternate witness needs both its server and its folder',
            detail: 'Declare alternate_witness_server and alternate_witness_directory together, or neither.',
            path: [{ attribute: 'alternate_witness_server' }],
          },
        ]
      : [],
  steps: ({ prior, planned }) => {
    if (planned === null) {
      return prior === null
        ? []
        : [
            step(
              'Remove-DatabaseAvailabilityGroup',
              { Identity: prior.name, Confirm: false },
              'The declaration no longer names the DAG.',
            ),
          ];
    }
    const given = (names: { readonly [attribute: string]: string }, always: boolean) =>
      Object.fromEntries(
        Object.entries(names).flatMap(([name, parameter]): [string, Argument][] => {
          const key = name as keyof typeof planned;
          const value = planned[key] as Argument;
          const before = (prior?.[key] ?? null) as Known;
          const equals = databaseAvailabilityGroup.schema.attributes[key].equals ?? sameName;
          const unchanged =
            value === null || before === null ? value === before : equals(before, value as Known);
          return always || !unchanged ? [[parameter, value]] : [];
        }),
      );
    if (prior === null) {
      const later = given(ALTERNATE, false);
      return [
        step(
          'New-DatabaseAvailabilityGroup',
          { Name: planned.name, ...given({ ...WITNESS, ...ADDRESSES }, true) },
          'The servers need a group, with a witness that is none of them, before they can join it.',
        ),
        // The alternate witness is set afterwards, because only Set-DatabaseAvailabilityGroup has parameters for it.
        ...(Object.keys(later).length === 0
          ? []
          : [
              step(
                'Set-DatabaseAvailabilityGroup',
                { Identity: planned.name, ...later },
                'A switchover to the other datacentre needs the alternate witness.',
              ),
            ]),
      ];
    }
    const changes = given({ ...WITNESS, ...ALTERNATE, ...ADDRESSES }, false);
    return Object.keys(changes).length === 0
      ? []
      : [
          step(
            'Set-DatabaseAvailabilityGroup',
            { Identity: planned.name, ...changes },
            'The group must have the declared witness and addresses.',
          ),
        ];
  },
  observe: () => GROUPS,
  obstacle: (objects, planned) => takenFolder(objects, planned.name ?? '', foldersOf(planned)),
  // The obstacles to creating it apply to a change of a witness folder too. Where the folders stay, they are not
  // checked.
  foresee: (objects, { prior, planned }) => {
    const before = prior === null ? [] : foldersOf(prior);
    const moved =
      prior === null || planned === null
        ? []
        : foldersOf(planned).filter((folder) => !before.some((other) => sameWitness(folder, other)));
    const taken = takenFolder(objects, planned?.name ?? '', moved);
    return { values: {}, diagnostics: taken === undefined ? [] : [{ severity: 'error', ...taken }] };
  },
  view: (objects, state) => {
    const found = objectWith(objects, { Name: state.name ?? '' });
    if (found === undefined) return null;
    const orNull = (name: string) => (textOf(found, name) ?? '') || null;
    return {
      ...state,
      witness_server: orNull('WitnessServer'),
      witness_directory: orNull('WitnessDirectory'),
      alternate_witness_server: orNull('AlternateWitnessServer'),
      alternate_witness_directory: orNull('AlternateWitnessDirectory'),
      ip_addresses: addressesIn(found),
    };
  },
});

interface WitnessFolder {
  readonly server: string;
  readonly directory: string;
}

const sameWitness = (left: WitnessFolder, right: WitnessFolder) =>
  sameServer(left.server, right.server) && sameFolder(left.directory, right.directory);

/** The folders of the witness and the alternate witness. They are null after an import, and a DAG may have none. */
function foldersOf(group: KnownValues): readonly WitnessFolder[] {
  return [WITNESS, ALTERNATE].flatMap((row) => {
    const [server = '', directory = ''] = Object.keys(row).map((name) => (group[name] ?? '') as string);
    return server === '' || directory === '' ? [] : [{ server, directory }];
  });
}

/** The problem that another DAG already uses a folder for one of its witnesses: no two DAGs can use the same folder. */
function takenFolder(
  objects: readonly PowerShellObject[],
  name: string,
  folders: readonly WitnessFolder[],
): Pick<Diagnostic, 'summary' | 'detail'> | undefined {
  const taken = objects
    .filter((group) => !sameName(textOf(group, 'Name') ?? '', name))
    .flatMap((group) => {
      const theirs = [WITNESS, ALTERNATE].map((row) => {
        const [server = '', directory = ''] = Object.values(row).map(
          (property) => textOf(group, property) ?? '',
        );
        return { server, directory };
      });
      const folder = folders.find((own) => theirs.some((other) => sameWitness(own, other)));
      return folder === undefined ? [] : [{ ...folder, other: textOf(group, 'Name') ?? '' }];
    })[0];
  if (taken === undefined) return undefined;
  return {
    summary: `The witness folder of ${name} is that of ${taken.other} already`,
    detail: `'${taken.directory}' on ${taken.server} can be the witness of one DAG only. Declare another folder for ${name}, such as C:\\DAGFileShareWitnesses\\${name}.`,
  };
}

/** An empty list is DHCP: 2010 may show it so where no address was set (unverified). */
function addressesIn(found: PowerShellObject): readonly string[] {
  const addresses = textsOf(found, ADDRESSES.ip_addresses);
  return addresses?.length === 0 ? ['0.0.0.0'] : (addresses ?? []);
}

function step(cmdlet: string, parameters: { readonly [name: string]: Argument }, reason: string): Step {
  return { kind: 'dag', server: null, reason, invocation: { cmdlet, parameters } };
}
