import { removalPlace } from '../../exchange/removal-place';
import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps } from '../../exchange/site';
import { dag, site } from './sites';

const declared = site({ dag: { ...dag, databases: { DB01: { copies: ['EX01', 'EX02'] } } } });

/** Owned objects of a site with their places, in the order in which they are made. */
function placesOf(declaration: ExchangeSiteProps): readonly (readonly [string, number | null])[] {
  const rollout = declaration.servers.map(({ name }) => name);
  return elementsOf(resolveSite(declaration).elements, 'exchange-object')
    .filter(({ definition }) => definition.lifecycle === 'owned')
    .map(({ id, definition, server }) => [id, removalPlace(definition.kind, server, rollout)]);
}

function without(declaration: ExchangeSiteProps, name: keyof ExchangeSiteProps): ExchangeSiteProps {
  return Object.fromEntries(
    Object.entries(declaration).filter(([key]) => key !== name),
  ) as unknown as ExchangeSiteProps;
}

test('each object has a place of its own, after all that it waits for', () => {
  const { elements } = resolveSite(declared);
  const places = new Map(placesOf(declared));
  expect(new Set(places.values()).size).toBe(places.size);
  expect([...places.values()]).not.toContain(null);
  const waitsFor = (id: string): readonly string[] => {
    const { dependsOn = [] } = elements.find((element) => element.id === id) ?? {};
    return [...dependsOn, ...dependsOn.flatMap(waitsFor)];
  };
  const pairs = [...places].flatMap(([id, place]) =>
    waitsFor(id).flatMap((other) => (places.has(other) ? [[place, places.get(other)] as const] : [])),
  );
  expect(pairs.length).toBeGreaterThan(3);
  for (const [own, before] of pairs) expect(own).toBeGreaterThan(before ?? 0);
});

test('what a DAG holds goes before its members leave, and these before it is removed', () => {
  const inOrder = [...placesOf(declared)]
    .sort(([, one], [, other]) => (other ?? 0) - (one ?? 0))
    .map(([id]) => id)
    .filter((id) => /database|dag/.test(id));
  expect(inOrder).toEqual(['database-DB01', 'EX02-dag-member', 'EX01-dag-member', 'dag-DAG01']);
});

test('a server that joins at the end, or a DAG that is declared, changes no place', () => {
  const places = Object.fromEntries(placesOf(declared));
  const [first, ...others] = declared.servers;
  expect(others).not.toEqual([]);
  const fewer = [{ ...declared, servers: declared.servers.slice(0, 1) }, without(declared, 'dag')];
  for (const declaration of fewer) {
    expect(placesOf(declaration)).not.toEqual([]);
    expect(places).toMatchObject(Object.fromEntries(placesOf(declaration)));
  }
  expect(removalPlace('dag-member', first?.name.toLowerCase() ?? '', [first?.name ?? ''])).toBe(
    places[`${first?.name ?? ''}-dag-member`],
  );
});

test('a server that is not in the rollout has none', () => {
  expect(removalPlace('dag-member', 'EX9', ['EX1'])).toBeNull();
});
