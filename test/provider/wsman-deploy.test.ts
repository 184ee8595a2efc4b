import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { JournalEntry } from '../../lab/exchange/journal';
import { hasErrors, type Diagnostic, type Values } from '../../schema';
import { effects, settled, writes } from '../lab/exchange/aftermath';
import { SECOND } from '../integration/declared-site';
import { WsmanSite } from './wsman-site';

const LONG_MS = 120_000;
/** Deploys that go on side by side: each waits for its key and for files part of the time. */
const LANES = 3;
const WHEN = ['before', 'during', 'after'] as const;
/** The test of the undisturbed deploy holds the list to what is really sent. */
const OPERATIONS = ['Create', 'Command', 'Send', 'Receive', 'Delete'] as const;
type When = (typeof WHEN)[number];
type Operation = (typeof OPERATIONS)[number];

/** A request of the undisturbed deploy. */
interface Recorded {
  readonly operation: Operation;
  /** From 1, among those of its operation. */
  readonly at: number;
  /** What it is about: the session, or the cmdlet that is asked for or answered. */
  readonly about: 'session' | JournalEntry;
}

interface Undisturbed {
  readonly requests: readonly Recorded[];
  readonly organization: unknown;
  readonly state: { readonly [id: string]: Values };
  readonly effects: { readonly [cmdlet: string]: number };
}

const folder = mkdtempSync(join(tmpdir(), 'wsman-deploy-'));
const sites: WsmanSite[] = [];
let undisturbed: Undisturbed;

beforeAll(async () => {
  const origin = await WsmanSite.create(folder);
  sites.push(origin);
  for (let lane = 1; lane < LANES; lane += 1) sites.push(await origin.copy(`lane-${lane}`));
  undisturbed = await record(origin);
}, LONG_MS);
afterAll(async () => {
  for (const site of sites) await site.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The deploy that nothing disturbs. */
async function record(site: WsmanSite): Promise<Undisturbed> {
  const from = site.endpoint.traffic.length;
  const deployment = site.deployment();
  const said = await deployment.apply(site.resources());
  if (hasErrors(said)) throw new Error(JSON.stringify(said));
  const calls = site.organization.journal();
  return {
    requests: requestsOf(site.endpoint.traffic.slice(from), calls),
    organization: settled(site.organization),
    state: deployment.values,
    effects: effects(calls),
  };
}

/** One call after another: the n-th Command is that of the n-th call, and what follows it is answered to that. */
function requestsOf(
  traffic: readonly { readonly operation: string }[],
  calls: readonly JournalEntry[],
): readonly Recorded[] {
  const counts = new Map<string, number>();
  let about: Recorded['about'] = 'session';
  let begun = 0;
  return traffic.map(({ operation }) => {
    if (operation === 'Command') about = calls[begun++] ?? 'session';
    else if (operation !== 'Receive') about = 'session';
    const at = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, at);
    return { operation: operation as Operation, at, about };
  });
}

/** What went otherwise than it should where one request of a deploy is dropped; nothing is how it should be. */
async function shortcomings(site: WsmanSite, request: Recorded, when: When): Promise<readonly string[]> {
  const { operation, at, about } = request;
  const cmdlet = about === 'session' ? 'the session' : about.cmdlet;
  const found: string[] = [];
  const check = (what: string, right: boolean, seen?: unknown): void => {
    const more = seen === undefined ? '' : `: ${JSON.stringify(seen)}`;
    if (!right) found.push(`${operation} ${at} (${cmdlet}) ${when}: ${what}${more}`);
  };
  await site.reset();
  const { disturbances, service } = site.endpoint;
  disturbances.arm({ operation, at, effect: { kind: 'reset' }, when });
  const deployment = site.deployment();
  const said = await deployment.apply(site.resources());
  check('it was not dropped', disturbances.waiting === 0);
  check('a shell stays behind', service.shells === 0);
  const repeated = duplicates(writes(site.organization.journal()));
  check('a change was sent twice', repeated.length === 0, repeated);
  const errors = said.filter(({ severity }) => severity === 'error');
  check('it should have ended otherwise', endsAsItShould(site, request, errors), errors);
  const next = await deployment.apply(site.resources());
  check('the next deploy did not finish', !hasErrors(next), next);
  const { state, organization } = undisturbed;
  check('the state is another one', isDeepStrictEqual(deployment.values, state));
  check('the organization is another one', isDeepStrictEqual(settled(site.organization), organization));
  const happened = effects(site.organization.journal());
  check('something took effect twice, or not', isDeepStrictEqual(happened, undisturbed.effects), happened);
  check('a shell stays behind the next deploy', service.shells === 0);
  return found;
}

/** A session that does not come about and a change are told; what only reads is made again. */
function endsAsItShould(site: WsmanSite, request: Recorded, errors: readonly Diagnostic[]): boolean {
  const [first, ...more] = errors;
  const { about } = request;
  if (about === 'session') {
    if (!opensSession(request)) return first === undefined;
    return (
      first?.summary === `No session with Exchange at ${site.url}` && first.detail.includes('Nothing was changed.')
    );
  }
  if (/^(Get|Test)-/.test(about.cmdlet)) return first === undefined;
  return (
    more.length === 0 &&
    first?.summary === `The connection was lost during ${about.cmdlet} for ${SECOND.name}` &&
    first.detail.includes('Whether the cmdlet took effect is not known')
  );
}

/** Create, and the Receive that follows it. */
function opensSession(request: Recorded): boolean {
  const { requests } = undisturbed;
  const index = requests.indexOf(request);
  return request.operation === 'Create' || requests[index - 1]?.operation === 'Create';
}

function duplicates(entries: readonly JournalEntry[]): readonly string[] {
  const sent = entries.map(({ cmdlet, parameters }) => `${cmdlet} ${JSON.stringify(parameters)}`);
  return sent.filter((text, index) => sent.indexOf(text) !== index);
}

/** Runs work on every site at once until there is none. */
async function onAllSites<Item, Result>(
  items: readonly Item[],
  work: (site: WsmanSite, item: Item) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const queue = [...items];
  const results: Result[] = [];
  await Promise.all(
    sites.map(async (site) => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        results.push(...(await work(site, item)));
      }
    }),
  );
  return results;
}

test('the requests of a deploy are those that are dropped below', () => {
  const operations = new Set(undisturbed.requests.map(({ operation }) => operation));
  expect([...operations].sort()).toEqual([...OPERATIONS].sort());
  const commands = undisturbed.requests.filter(({ operation }) => operation === 'Command');
  expect(commands.every(({ about }) => about !== 'session')).toBe(true);
  expect(Object.keys(undisturbed.effects)).toHaveLength(11);
});

describe.each(WHEN)('a deploy finishes in the end, and does nothing twice, where it loses %s it took effect', (when) => {
  test.each(OPERATIONS)(
    'any of its requests to %s',
    async (operation) => {
      const requests = undisturbed.requests.filter((request) => request.operation === operation);
      const started = Date.now();
      expect(await onAllSites(requests, (site, request) => shortcomings(site, request, when))).toEqual([]);
      process.stderr.write(`${operation} ${when}: ${requests.length} in ${Date.now() - started} ms\n`);
    },
    LONG_MS,
  );
});
