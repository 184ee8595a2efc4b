import type { Path } from '../../schema';
import { formatPath } from '../../schema';
import type { DeclaredGroup } from '../declared-groups';
import { declaredGroups } from '../declared-groups';
import { sameFolder, sameName, sameServer } from '../resources/equality';
import type { Witness } from '../site';
import type { Finding, Rule } from './rule';

/** A value that must be unique among the DAGs. */
interface Own<T> {
  readonly value: T;
  readonly path: Path;
}

/** Finds values that an earlier DAG has too. */
function shared<T>(
  groups: readonly DeclaredGroup[],
  valuesOf: (group: DeclaredGroup) => readonly Own<T>[],
  same: (left: T, right: T) => boolean,
  finding: (value: T, earlier: string) => Omit<Finding, 'path'>,
): readonly Finding[] {
  const byGroup = groups.map(valuesOf);
  return byGroup.flatMap((values, position) => {
    const before = byGroup.slice(0, position).flat();
    return values.flatMap(({ value, path }) => {
      const earlier = before.find((other) => same(other.value, value));
      return earlier === undefined ? [] : [{ path, ...finding(value, formatPath(earlier.path)) }];
    });
  });
}

function membersOf({ group, path }: DeclaredGroup): readonly Own<string>[] {
  return (group.members ?? []).map((value, index) => ({
    value,
    path: [...path, { attribute: 'members' }, { index }],
  }));
}

function witnessesOf({ group, path }: DeclaredGroup): readonly Own<Witness>[] {
  return (['witness', 'alternateWitness'] as const).flatMap((attribute) => {
    const value = group[attribute];
    return value === undefined
      ? []
      : [{ value, path: [...path, { attribute }, { attribute: 'directory' }] as Path }];
  });
}

export const dagDistinct: Rule = {
  id: 'dag-distinct',
  severity: 'error',
  description: 'No two DAGs share a name, a member, or a folder on a witness server.',
  check: ({ site }) => {
    const groups = declaredGroups(site);
    return [
      ...shared(
        groups,
        ({ group, path }) => [{ value: group.name, path: [...path, { attribute: 'name' }] }],
        sameName,
        (name, earlier) => ({
          problem: `the name '${name}' is also declared at ${earlier}`,
          remedy: 'give each DAG a name of its own; letter case does not count',
        }),
      ),
      ...shared(groups, membersOf, sameName, (name, earlier) => ({
        problem: `'${name}' is also declared at ${earlier}`,
        remedy: 'a server is in one DAG at a time: name it in the one that it is, or shall be, a member of',
      })),
      ...shared(
        groups,
        witnessesOf,
        (left, right) => sameServer(left.server, right.server) && sameFolder(left.directory, right.directory),
        ({ server, directory }, earlier) => ({
          problem: `'${directory}' on ${server} is also declared at ${earlier}`,
          remedy: `give each DAG a folder of its own, such as C:\\DAGFileShareWitnesses\\<name of the DAG>`,
        }),
      ),
    ];
  },
};
