import type { Path } from '../schema';
import { path } from '../schema';
import type { DatabaseAvailabilityGroup, ExchangeSiteProps } from './site';

/** A DAG of the declaration and where it stands: `dag`, or `dag[1]` in a list. */
export interface DeclaredGroup {
  readonly group: DatabaseAvailabilityGroup;
  readonly path: Path;
}

/** The DAGs of a site in the order of the declaration. */
export function declaredGroups({ dag }: Pick<ExchangeSiteProps, 'dag'>): readonly DeclaredGroup[] {
  if (dag === undefined) return [];
  return isList(dag)
    ? dag.map((group, index) => ({ group, path: path('dag', index) }))
    : [{ group: dag, path: path('dag') }];
}

/** `Array.isArray` as a type guard that also works for a read-only list. */
function isList<T extends object>(one: T | readonly T[]): one is readonly T[] {
  return Array.isArray(one);
}
