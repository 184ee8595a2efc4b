import type { Change } from '../../plugin';
import { publishedNames } from '../../provider/published-names';
import type { Publication } from '../../provider/name-findings';
import type { Targets } from '../../provider/targets';
import { UNKNOWN, type Values } from '../../schema';

const MAIL = { 'mail.contoso.com': ['192.0.2.11'] };
const BOTH = { 'mail.contoso.com': ['192.0.2.11'], 'autodiscover.contoso.com': ['192.0.2.12'] };
const none = {} as Targets;

function change(prior: Values | null, planned: Values | null): Change {
  if (planned === null) return { kind: 'destroy', prior: prior ?? {}, planned, config: null };
  const config = planned;
  return prior === null
    ? { kind: 'create', prior, planned, config }
    : { kind: 'update', prior, planned, config };
}
const stepsOf = (prior: Values | null, planned: Values | null) =>
  publishedNames.steps(change(prior, planned), none) as readonly Publication[];

describe('the steps that ask DNS before names are published', () => {
  test('are one for a site with one view', () => {
    expect(stepsOf(null, { addresses: BOTH, existing: ['mail.contoso.com'] })).toEqual([
      { side: 'internal', declared: 'dns', addresses: BOTH, existing: ['mail.contoso.com'], published: {} },
    ]);
  });

  test('are one for each view that holds names, with what was published before', () => {
    const prior = { addresses: {}, published: MAIL, external_addresses: {}, external_published: BOTH };
    expect(stepsOf(prior, { addresses: BOTH, external_addresses: MAIL, external_existing: UNKNOWN })).toEqual(
      [
        { side: 'internal', declared: 'dns.internal', addresses: BOTH, existing: [], published: MAIL },
        { side: 'external', declared: 'dns.external', addresses: MAIL, existing: [], published: BOTH },
      ],
    );
    expect(stepsOf(null, { addresses: {}, external_addresses: MAIL }).map(({ side }) => side)).toEqual([
      'external',
    ]);
  });

  test('are left out for a view whose addresses stay, however they are spelled, and for a removal', () => {
    const spelled = { 'mail.contoso.com': ['192.0.2.11'] };
    const prior = { addresses: MAIL, external_addresses: MAIL };
    expect(stepsOf(prior, { addresses: spelled, external_addresses: BOTH }).map(({ side }) => side)).toEqual([
      'external',
    ]);
    expect(stepsOf(prior, null)).toEqual([]);
  });

  test.each([
    ['internal', 'ask DNS for the records of mail.contoso.com, autodiscover.contoso.com'],
    [
      'external',
      'ask DNS for the records of mail.contoso.com, autodiscover.contoso.com in the external view',
    ],
  ] as const)('say which names they ask for: %s', (side, text) => {
    const step: Publication = { side, declared: 'dns', addresses: BOTH, existing: [], published: {} };
    expect(publishedNames.describe(step)).toBe(text);
  });
});

describe('a plan of published names', () => {
  test('asks nothing of what is removed or not known yet', async () => {
    expect(await publishedNames.inform?.(change({ addresses: MAIL }, null), none)).toEqual({});
    const unknown: Values = { addresses: UNKNOWN, purposes: {}, external_addresses: null };
    expect(await publishedNames.inform?.(change(null, unknown), none)).toEqual({});
  });

  test('keeps what it holds when it is read', async () => {
    expect(await publishedNames.read({ addresses: MAIL }, none)).toEqual({ state: { addresses: MAIL } });
  });
});
