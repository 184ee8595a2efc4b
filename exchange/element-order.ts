import { elementsOf, type Element } from './element';
import type { StepKind } from './resources';

/**
 * Keeps the order of the elements, except that what an element depends on is moved forward, to right before it: A, B, C
 * becomes C, A, B where A depends on C.
 *
 * @throws TypeError where elements depend on each other in a circle, or on one that is not in the list
 */
export function inOrder(elements: readonly Element[]): readonly Element[] {
  const byId = new Map(elements.map((element) => [element.id, element]));
  const ordered = new Set<Element>();
  const begun = new Set<Element>();
  const place = (element: Element): void => {
    if (ordered.has(element)) return;
    if (begun.has(element)) throw new TypeError(`'${element.id}' waits for itself.`);
    begun.add(element);
    for (const id of element.dependsOn) {
      const before = byId.get(id);
      if (before === undefined) throw new TypeError(`'${element.id}' waits for '${id}', which is not made.`);
      place(before);
    }
    ordered.add(element);
  };
  elements.forEach(place);
  return [...ordered];
}

/**
 * Sorts the elements of a site into the order in which they are created. Each server is complete, from its certificate to
 * its health gate, before the next one begins, even where servers need not wait for each other: so people read a server,
 * and a script runs it, in one piece. Service connection points come first, and client access arrays after them, because
 * they wait for nothing.
 */
export function serverByServer(elements: readonly Element[]): readonly Element[] {
  const ofKind = (kind: StepKind) =>
    elementsOf(elements, 'exchange-object').filter(({ definition }) => definition.kind === kind);
  return inOrder([
    ...new Set([...ofKind('scp'), ...ofKind('client-access-array'), ...ofKind('health'), ...elements]),
  ]);
}
