import { formatPath } from '../../schema';
import { databasesOf, type PlacedDatabase } from '../declared-databases';
import { includesName, plainFolder, sameFolder } from '../resources/equality';
import { serverNameProblem } from '../resources/host';
import type { ExchangeSiteProps } from '../site';
import { ExchangeVersion } from '../versions';
import { type Finding, type Rule, withVersion } from './rule';

function nonMembers({ declared, group, path }: PlacedDatabase): readonly Finding[] {
  const members = group.members.map(({ name }) => name);
  return declared.copies.flatMap((copy, index) =>
    // Other rules report texts that are not computer names, such as an FQDN, and declared members that can be none.
    includesName(group.group.members ?? members, copy) || serverNameProblem(copy) !== undefined
      ? []
      : [
          {
            path: [...path, { attribute: 'copies' }, { index }],
            problem: `'${copy}' is no member of ${group.group.name}, ${members.length === 0 ? 'which has none' : `whose members are ${members.join(', ')}`}`,
            remedy: 'name a member, or make the server one: copies are held by the members of one DAG',
          },
        ],
  );
}

/** From 2013 on, `Get-MailboxDatabase` leaves out databases of 2010 by default (Microsoft's page of the cmdlet). */
function outOfReach(
  { servers }: ExchangeSiteProps,
  databases: readonly PlacedDatabase[],
): readonly Finding[] {
  const newer = servers.filter(({ version }) => version.isAtLeast(ExchangeVersion.V2013));
  if (newer.length === 0) return [];
  return databases
    .filter(({ group }) => !group.version.isAtLeast(ExchangeVersion.V2013))
    .map(({ name, path, group }) => ({
      path,
      problem: `beside ${newer.map(withVersion).join(', ')} the session does not show ${name} of ${group.version.toString()}`,
      remedy: 'declare the servers of its DAG as a site of their own, whose endpoint is one of them',
    }));
}

function fileAsFolder({ declared: { edbFile, logFolder }, path }: PlacedDatabase): readonly Finding[] {
  return edbFile === undefined || logFolder === undefined || !sameFolder(edbFile, logFolder)
    ? []
    : [
        {
          path: [...path, { attribute: 'logFolder' }],
          problem: `'${logFolder}' is the database file`,
          remedy: 'write the folder of the logs',
        },
      ];
}

/** The name of a database is unique in the whole organization. */
function sameNames(databases: readonly PlacedDatabase[]): readonly Finding[] {
  const firsts = new Map<string, PlacedDatabase>();
  return databases.flatMap((database) => {
    const { name, path } = database;
    const key = name.toLowerCase();
    const first = firsts.get(key);
    firsts.set(key, first ?? database);
    return first === undefined
      ? []
      : [
          {
            path,
            problem: `there is a database '${first.name}' already, in ${formatPath(first.path)}`,
            remedy: 'give it another name: a name is that of one database in the whole organization',
          },
        ];
  });
}

const PLACES = [
  ['edbFile', 'file'],
  ['logFolder', 'log folder'],
] as const;

/** Finds files and log folders that two databases on one server share. */
function samePlaces(databases: readonly PlacedDatabase[]): readonly Finding[] {
  return PLACES.flatMap(([attribute, what]) => {
    // A site may have hundreds of databases, so each is compared only with those that have the same path.
    const earlier = new Map<string, PlacedDatabase[]>();
    return databases.flatMap((database): readonly Finding[] => {
      const { declared, servers, path } = database;
      const place = declared[attribute];
      if (place === undefined) return [];
      const key = plainFolder(place);
      const others = earlier.get(key) ?? [];
      earlier.set(key, [...others, database]);
      const first = others.find((other) => other.servers.some((server) => servers.includes(server)));
      if (first === undefined) return [];
      return [
        {
          path: [...path, { attribute }],
          problem: `the ${what} '${place}' is that of ${first.name} too, and both are on ${first.servers.find((server) => servers.includes(server))?.name ?? ''}`,
          remedy: `give each database a ${what} of its own`,
        },
      ];
    });
  });
}

export const databases: Rule = {
  id: 'databases',
  severity: 'error',
  description:
    'Each database has a unique name in the organization, its copies are on members of its DAG, and the session of the site can show it. No two databases use the same file or log folder on one server.',
  check: ({ site, topology }) => {
    const placed = databasesOf(topology);
    return [
      ...outOfReach(site, placed),
      ...placed.flatMap(nonMembers),
      ...placed.flatMap(fileAsFolder),
      ...sameNames(placed),
      ...samePlaces(placed),
    ];
  },
};
