import type { Element } from './element';

/**
 * Sorts elements so that each comes after everything that it depends on, and otherwise keeps their order.
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
