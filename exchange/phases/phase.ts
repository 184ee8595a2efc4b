import type { Element } from '../element';
import { idOf } from '../resource-id';
import type { Server } from '../site';
import type { Topology } from '../topology';

/**
 * A part of a deploy: what it makes, and what each element waits for.
 *
 * @param made what the phases before it make
 */
export type Phase = (topology: Topology, made: readonly Element[]) => readonly Element[];

/** Names of what is made for a server; part of Terraform addresses. */
export function idOn({ name }: Pick<Server, 'name'>, part: string): string {
  return `${idOf(name)}-${part}`;
}
