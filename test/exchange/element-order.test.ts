import type { Element } from '../../exchange/element';
import { inOrder } from '../../exchange/element-order';
import { resolveSite } from '../../exchange/resolve-site';
import { site } from './sites';

/** Only what the order looks at. */
function element(id: string, ...dependsOn: readonly string[]): Element {
  return { id, dependsOn } as unknown as Element;
}

const idsOf = (elements: readonly Element[]) => elements.map(({ id }) => id);

test('elements stay as they stand where nothing waits', () => {
  expect(idsOf(inOrder([element('b'), element('a'), element('c')]))).toEqual(['b', 'a', 'c']);
});

test('an element comes right after the last one that it waits for', () => {
  const elements = [element('gate', 'url'), element('dns', 'gate'), element('url', 'scp'), element('scp')];
  expect(idsOf(inOrder(elements))).toEqual(['scp', 'url', 'gate', 'dns']);
});

test('elements that wait for each other are refused', () => {
  expect(() => inOrder([element('a', 'b'), element('b', 'a')])).toThrow("'a' waits for itself.");
});

test('an element that waits for one that is not made is refused', () => {
  expect(() => inOrder([element('a', 'b')])).toThrow("'a' waits for 'b', which is not made.");
});

test('servers that need not wait for each other are still told one after the other', () => {
  const serverOf = (id: string) => id.slice(0, 'EX01'.length);
  const parallel = idsOf(resolveSite(site({ rollout: 'parallel' })).elements).filter(
    (id) => id.startsWith('EX') && !id.endsWith('-scp'),
  );
  const turns = parallel.map(serverOf).filter((server, index, all) => server !== all[index - 1]);
  expect(turns).toEqual(site().servers.map(({ name }) => name));
});

test('of a declaration in which servers would wait for each other the rules still say what is wrong', () => {
  const [first] = site().servers;
  const { diagnostics } = resolveSite(site({ servers: [first!, first!] }));
  expect(diagnostics.map(({ rule }) => rule)).toContain('server-twice');
});
