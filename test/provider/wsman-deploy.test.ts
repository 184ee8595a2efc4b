import type { Disturbance } from '../../lab/wsman/disturbances';
import { SECOND } from '../integration/declared-site';
import {
  deployThrough,
  describeDroppedRequests,
  drop,
  errorsOf,
  isAnswer,
  isChange,
  LONG_MS,
  onAllSites,
  shortcomings,
  sites,
  tellsOfChange,
  tellsOfNoSession,
  undisturbed,
  WHEN,
  type Course,
  type When,
} from './dropped-deploys';
import { overHttps, type WsmanSite } from './wsman-site';

deployThrough(overHttps);

test('a deploy sends requests of every kind, each of which is dropped below', () => {
  const operations = new Set(undisturbed.requests.map(({ operation }) => operation));
  // Signals are below.
  expect([...operations].sort()).toEqual(['Command', 'Create', 'Delete', 'Receive', 'Send']);
  const changes = undisturbed.requests.filter(isChange);
  // Each has a Command and a Receive; the one that asks has an answer and another Receive.
  expect(changes.filter(isAnswer)).toHaveLength(1);
  expect(changes).toHaveLength(2 * (Object.keys(undisturbed.effects).length + 1));
});

describeDroppedRequests();

test.each(WHEN)(
  'a deploy whose connection breaks %s the server lets go of a change, which has ended, goes on',
  async (when) => {
    // Not the last ones of the session: its end takes them along, whether their signals were sent or not.
    const cmdlets = Object.keys(undisturbed.effects).slice(0, 4);
    const dropped = cmdlets.map((cmdlet): Disturbance => ({
      operation: 'Signal',
      cmdlet,
      effect: { kind: 'reset' },
      when,
    }));
    const right: Course['right'] = (errors) => errors.length === 0;
    expect(await shortcomings(sites[0] as WsmanSite, { dropped, right })).toEqual([]);
  },
  LONG_MS,
);

/** One that can be made once alone, one that only sets, and one that others wait for. */
const CHANGED: readonly string[] = [
  'Import-ExchangeCertificate',
  'Set-OwaVirtualDirectory',
  'Add-DatabaseAvailabilityGroupServer',
];

test.each([
  ['before a change is sent goes on over another one', 'Command'],
  ['before a change is answered says which it was', 'Receive'],
] as const)(
  'a deploy whose session the server ends %s',
  async (_what, operation) => {
    const found = await onAllSites(CHANGED, (site, cmdlet) =>
      shortcomings(site, {
        dropped: [{ operation, cmdlet, effect: { kind: 'end-shells' } }],
        right: ([first, ...more]) =>
          operation === 'Command'
            ? first === undefined
            : first !== undefined && more.length === 0 && tellsOfChange(first, cmdlet),
      }),
    );
    expect(found).toEqual([]);
  },
  LONG_MS,
);

test(
  'a deploy that finds no further session says so, and not that nothing was changed',
  async () => {
    const answers = undisturbed.requests.filter(
      ({ operation, cmdlet = '' }) => operation === 'Receive' && CHANGED.includes(cmdlet),
    );
    expect(answers).toHaveLength(CHANGED.length);
    // One session is for the plan, one for the apply; the third would be to read back.
    const refused: Disturbance = { operation: 'Create', at: 3, effect: { kind: 'reset' } };
    const found = await onAllSites(answers, (site, answer) =>
      shortcomings(site, {
        dropped: [drop(answer, 'after'), refused],
        right: ([first, ...more]) =>
          first !== undefined &&
          tellsOfChange(first, answer.cmdlet ?? '') &&
          more.length > 0 &&
          more.every(({ summary, detail }) => {
            const text = `${summary}\n${detail}`;
            return (
              text.includes(`No further session with Exchange at ${site.url}`) &&
              text.includes('What was done before stays done') &&
              !text.includes('Nothing was changed')
            );
          }),
      }),
    );
    expect(found).toEqual([]);
  },
  LONG_MS,
);

test(
  'a web site that takes plain connections, to redirect them, still does after a deploy',
  async () => {
    const site = sites[0] as WsmanSite;
    await site.reset();
    site.organization.editServer(SECOND.name.toUpperCase(), (server) => (server.requiresSsl = false));
    expect(errorsOf(await site.deployment().apply(site.resources()))).toEqual([]);
    expect(site.organization.read().servers.get(SECOND.name.toUpperCase())?.requiresSsl).toBe(false);
    expect(site.organization.journal().flatMap(({ answers = [] }) => answers)).toEqual([
      expect.objectContaining({ yes: false, question: expect.stringContaining('SMTP') as string }),
    ]);
  },
  LONG_MS,
);

test(
  'a deploy that works on many objects at once loses them all together, and is finished by the next one',
  async () => {
    const site = sites[0] as WsmanSite;
    await site.reset();
    const from = site.endpoint.traffic.length;
    expect(errorsOf(await site.deployment({}, true).apply(site.resources()))).toEqual([]);
    const requests = site.endpoint.traffic.length - from;
    const changes = Object.keys(undisturbed.effects);
    const places = Array.from({ length: Math.floor(requests / 10) }, (_none, index) => 10 * index + 1);
    const found = await onAllSites(places, async (own, at) => {
      const when = WHEN[at % WHEN.length] as When;
      const shortcoming = await shortcomings(own, {
        dropped: [{ at, effect: { kind: 'reset' }, when }],
        concurrent: true,
        right: (errors) =>
          errors.every(
            (error) => tellsOfNoSession(error, own) || changes.some((cmdlet) => tellsOfChange(error, cmdlet)),
          ),
      });
      return shortcoming.map((what) => `${at} of ${requests} ${when}: ${what}`);
    });
    expect(found).toEqual([]);
  },
  LONG_MS,
);

describe('a change that takes longer than it may', () => {
  const cmdlet = 'Import-ExchangeCertificate';
  const course = {
    fault: { at: 1, cmdlet, effect: 'delay', delayMs: 15_000 },
    environment: { EXCHANGE_CALL_TIMEOUT_SECONDS: '3' },
    right: ([first, ...more]) =>
      first?.summary.includes(`${cmdlet} for ${SECOND.name}`) === true && more.length === 0,
  } as const satisfies Omit<Course, 'dropped'>;

  test(
    'is stopped, whatever becomes of the Signal that asks for it',
    async () => {
      const site = sites[0] as WsmanSite;
      const from = site.endpoint.traffic.length;
      expect(await shortcomings(site, { ...course, dropped: [] })).toEqual([]);
      const sent = site.endpoint.traffic
        .slice(from)
        .filter((request) => request.operation === 'Signal' && request.cmdlet === cmdlet);
      expect(sent).not.toEqual([]);
      // The first of them asks for the stop; later ones let go of what has ended.
      const dropped = WHEN.map((when): Disturbance => ({
        operation: 'Signal',
        cmdlet,
        effect: { kind: 'reset' },
        when,
      }));
      const found = await onAllSites(dropped, async (own, signal) => {
        const shortcoming = await shortcomings(own, { ...course, dropped: [signal] });
        return shortcoming.map((what) => `${signal.when}: ${what}`);
      });
      expect(found).toEqual([]);
    },
    LONG_MS,
  );
});
