import type { Path } from '../schema';
import type { PlacedGroup } from './placed-groups';
import { includesName } from './resources/equality';
import type { MailboxDatabase, Server } from './site';

/** A database of the declaration and where it stands: `dag.databases.DB01`. */
export interface PlacedDatabase {
  readonly name: string;
  readonly declared: MailboxDatabase;
  readonly path: Path;
  readonly group: PlacedGroup;
  /** Members of the DAG that hold it, in the order of activation preference. */
  readonly servers: readonly Server[];
}

/** The databases of all DAGs in the order of the declaration. */
export function databasesOf({
  groups,
}: {
  readonly groups: readonly PlacedGroup[];
}): readonly PlacedDatabase[] {
  return groups.flatMap((group) =>
    Object.entries(group.group.databases ?? {}).map(([name, declared]) => ({
      name,
      declared,
      path: [...group.path, { attribute: 'databases' }, { attribute: name }],
      group,
      servers: declared.copies.flatMap(
        (copy) => group.members.find((member) => includesName([copy], member.name)) ?? [],
      ),
    })),
  );
}
