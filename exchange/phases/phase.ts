import type { Element } from '../element';
import { idOf } from '../resource-id';
import type { Server } from '../site';
import type { Topology } from '../topology';

/**
 * A part of a deploy: the elements that it adds, with their dependencies.
 *
 * @param made the elements of the phases before it
 */
export type Phase = (topology: Topology, made: readonly Element[]) => readonly Element[];

/** The id of an element of a server; it becomes part of Terraform addresses. */
export function idOn({ name }: Pick<Server, 'name'>, part: string): string {
  return `${idOf(name)}-${part}`;
}
