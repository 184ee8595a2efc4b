import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CERTIFICATE_FINDING_IDS } from '../../exchange/certificate-checks/finding-ids';
import { elementsOf, type Element } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { RULES } from '../../exchange/rules';
import { ExchangeVersion } from '../../exchange/site';
import { catalogOf } from '../../exchange/versions';
import { removalPlace } from '../../exchange/removal-place';
import { dag, server, site } from './sites';

const page = readFileSync(join(__dirname, '../../docs/safety-rules.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) +\| ([^|]+)\| ([^|]+)\| ([^|]*)\|$/gm)].map(
  ([, number, what, carried, not]) => ({
    number,
    what: what?.trim() ?? '',
    carried: carried?.trim() ?? '',
    not: not?.trim() ?? '',
  }),
);
const { elements } = resolveSite(
  site({
    servers: [server(1), server(2)],
    certificate: { ...site().certificate, services: ['IIS', 'SMTP'] },
    dag: { ...dag, databases: { DB01: { copies: ['EX01', 'EX02'] } } },
  }),
);
const position = (find: (element: Element) => boolean) => elements.findIndex(find);
const last = (find: (element: Element) => boolean) => elements.findLastIndex(find);
const isOf = (kind: string) => (element: Element) =>
  element.type === 'exchange-object' && element.definition.kind === kind;

describe('the page on safety', () => {
  test('says of each of the fifteen what carries it, or that nothing does', () => {
    expect(rows.map(({ number }) => number)).toEqual(
      Array.from({ length: 15 }, (_, index) => `${index + 1}`),
    );
    expect(rows.filter(({ carried, not }) => carried === '' && not === '')).toEqual([]);
  });

  test('names rules and findings that there are', () => {
    const named = rows.flatMap(({ carried }) =>
      [...carried.matchAll(/(rules?|finding) ((?:`[a-z-]+`(?:, )?)+)/g)].flatMap(([, kind, ids = '']) =>
        [...ids.matchAll(/`([a-z-]+)`/g)].map(([, id]) => [kind === 'finding', id] as const),
      ),
    );
    expect(named.length).toBeGreaterThan(3);
    const known = (isFinding: boolean): readonly string[] =>
      isFinding ? CERTIFICATE_FINDING_IDS : RULES.map(({ id }) => id);
    expect(named.filter(([isFinding, id = '']) => !known(isFinding).includes(id))).toEqual([]);
  });
});

test('1: service connection points come before certificates', () => {
  expect(last(isOf('scp'))).toBeLessThan(position(isOf('certificate-import')));
  const points = elementsOf(elements, 'exchange-object').filter(isOf('scp'));
  expect(points.map(({ dependsOn }) => dependsOn)).toEqual([[], []]);
});

test('2: record sets come after all objects, and wait for the gate of every server behind them', () => {
  const first = position(({ type }) => type === 'record-set');
  expect(first).toBeGreaterThan(last(({ type }) => type === 'exchange-object'));
  for (const { dependsOn } of elementsOf(elements, 'record-set')) {
    expect(dependsOn).toEqual(expect.arrayContaining(['EX01-health', 'EX02-health']));
  }
});

test('4: the answer to the question about the default certificate of SMTP is no', () => {
  const questions = elementsOf(elements, 'exchange-object').flatMap(({ steps }) =>
    steps.flatMap(({ invocation: { question } }) => (question === undefined ? [] : [question.answer])),
  );
  expect(new Set(questions)).toEqual(new Set(['no']));
});

test('8: a DAG without a witness is refused', () => {
  const [said] = resolveSite(site({ dag: { name: dag.name } as typeof dag })).diagnostics;
  expect(said).toMatchObject({ rule: 'declaration-form', summary: 'has no value' });
});

test('10: databases go before their members, and these before the DAG', () => {
  const places = (['mailbox-database', 'dag-member', 'dag'] as const).map((kind) =>
    Number(removalPlace(kind, kind === 'dag-member' ? 'EX02' : null, ['EX01', 'EX02'])),
  );
  expect([...places].sort((left, right) => right - left)).toEqual(places);
});

test('15: no resource has a step that deletes a server', () => {
  const cmdlets = new Set(
    ExchangeVersion.ALL.flatMap((version) => [...catalogOf(version).cmdlets].map(({ name }) => name)),
  );
  expect(cmdlets.has('Remove-DatabaseAvailabilityGroupServer')).toBe(true);
  expect([...cmdlets].filter((name) => /^Remove-(ExchangeServer|AD)/.test(name))).toEqual([]);
});
