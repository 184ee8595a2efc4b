import './one-session-key';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '../../lab/exchange/faults';
import type { JournalEntry } from '../../lab/exchange/journal';
import type { Disturbance } from '../../lab/wsman/disturbances';
import type { Traffic } from '../../lab/wsman/endpoint';
import type { Environment } from '../../provider/environment';
import { hasErrors, type Diagnostic, type Values } from '../../schema';
import { effects, settled, writes, withoutOrigin } from '../lab/exchange/aftermath';
import { SECOND } from '../integration/declared-site';
import { WsmanSite, type StartEndpoint } from './wsman-site';

export const LONG_MS = 300_000;
/** Deploys that go on side by side: each waits for its files part of the time. */
const LANES = 3;
export const WHEN = ['before', 'during', 'after'] as const;
export type When = (typeof WHEN)[number];

/** A request of the undisturbed deploy. */
export interface Recorded {
  readonly operation: NonNullable<Disturbance['operation']>;
  /** From 1, among those of its operation. */
  readonly at: number;
  /** Undefined where it is about the session. */
  readonly cmdlet: string | undefined;
  /** From 1, among those of its operation that are about the same. */
  readonly atOfCmdlet: number;
}

interface Undisturbed {
  /** Signals aside, which no call waits for: the last of a session may come or not. */
  readonly requests: readonly Recorded[];
  readonly organization: unknown;
  readonly state: { readonly [id: string]: Values };
  readonly effects: { readonly [cmdlet: string]: number };
}

/** Where deploys go on side by side, all alike. */
export const sites: WsmanSite[] = [];
export let undisturbed: Undisturbed;

/** Has the deploys of a test file go through endpoints that `start` starts. */
export function deployThrough(start: StartEndpoint): void {
  const folder = mkdtempSync(join(tmpdir(), 'wsman-deploy-'));
  beforeAll(async () => {
    const origin = await WsmanSite.create(folder, start);
    sites.push(origin);
    for (let lane = 1; lane < LANES; lane += 1) sites.push(await origin.copy(`lane-${lane}`));
    undisturbed = await record(origin);
  }, LONG_MS);
  afterAll(async () => {
    for (const site of sites) await site.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** The deploy that nothing disturbs. */
async function record(site: WsmanSite): Promise<Undisturbed> {
  const from = site.endpoint.traffic.length;
  const deployment = site.deployment();
  const said = await deployment.apply(site.resources());
  if (hasErrors(said)) throw new Error(JSON.stringify(said));
  const calls = site.organization.journal();
  return {
    requests: requestsOf(site.endpoint.traffic.slice(from).filter(({ operation }) => operation !== 'Signal')),
    organization: settled(site.organization),
    state: deployment.values,
    effects: effects(calls),
  };
}

function requestsOf(traffic: readonly Traffic[]): readonly Recorded[] {
  const counts = new Map<string, number>();
  const next = (what: string): number => {
    counts.set(what, (counts.get(what) ?? 0) + 1);
    return counts.get(what) ?? 0;
  };
  return traffic.map(({ operation, cmdlet }) => ({
    operation: operation as Recorded['operation'],
    at: next(operation),
    cmdlet,
    atOfCmdlet: next(`${operation} ${cmdlet}`),
  }));
}

/** A deploy that goes wrong. */
export interface Course {
  readonly dropped: readonly Disturbance[];
  /** Whether this is how it should end. */
  readonly right: (errors: readonly Diagnostic[], site: WsmanSite) => boolean;
  /** Something that goes wrong with a cmdlet, too. */
  readonly fault?: Fault;
  readonly environment?: Environment;
  readonly concurrent?: boolean;
}

/** What went otherwise than it should in a deploy that goes wrong, and in the next one; nothing is how it should be. */
export async function shortcomings(site: WsmanSite, course: Course): Promise<readonly string[]> {
  const found: string[] = [];
  const check = (what: string, isRight: boolean, seen?: unknown): void => {
    if (!isRight) found.push(`${what}${seen === undefined ? '' : `: ${JSON.stringify(seen)}`}`);
  };
  await site.reset();
  const { disturbances, service } = site.endpoint;
  for (const disturbance of course.dropped) disturbances.arm(disturbance);
  if (course.fault !== undefined) site.organization.arm(course.fault);
  const deployment = site.deployment(course.environment, course.concurrent);
  const errors = errorsOf(await deployment.apply(site.resources()));
  check('not everything was dropped', disturbances.waiting.length === 0, disturbances.waiting);
  check('a shell stays behind', service.shells === 0);
  check('it ended otherwise', course.right(errors, site), errors);
  const repeated = duplicates(writes(site.organization.journal()));
  check('a change was sent twice', repeated.length === 0, repeated);
  const next = errorsOf(await deployment.apply(site.resources()));
  check('the next deploy did not finish', next.length === 0, next);
  const { state, organization } = undisturbed;
  check(
    'the state is another one',
    isDeepStrictEqual(withoutOrigin(deployment.values), withoutOrigin(state)),
  );
  check('the organization is another one', isDeepStrictEqual(settled(site.organization), organization));
  const happened = effects(site.organization.journal());
  check('something took effect twice, or not', isDeepStrictEqual(happened, undisturbed.effects), happened);
  check('a shell stays behind the next deploy', service.shells === 0);
  return found;
}

export function drop({ operation, at, cmdlet, atOfCmdlet }: Recorded, when: When): Disturbance {
  const which = cmdlet === undefined ? { at } : { cmdlet, at: atOfCmdlet };
  return { operation, ...which, effect: { kind: 'reset' }, when };
}

/**
 * Reads for one deploy each, all of a cmdlet together. A few may go on at once, and what breaks one of these breaks the
 * others: cmdlets that follow each other are kept apart.
 */
function apart(reads: readonly Recorded[]): readonly (readonly Recorded[])[] {
  const cmdlets = [...new Set(reads.map(({ cmdlet }) => cmdlet))];
  return [0, 1, 2, 3].map((rest) => reads.filter(({ cmdlet }) => cmdlets.indexOf(cmdlet) % 4 === rest));
}

/** Where every read is dropped once and made again, each second one is a new one. */
function dropEachSecond({ operation, cmdlet = '', atOfCmdlet }: Recorded, when: When): Disturbance {
  return { operation, cmdlet, at: 2 * atOfCmdlet - 1, effect: { kind: 'reset' }, when };
}

/** The same for every request by itself. */
async function shortcomingsOfEach(requests: readonly Recorded[], when: When): Promise<readonly string[]> {
  expect(requests).not.toEqual([]);
  return onAllSites(requests, async (site, request) => {
    const right: Course['right'] = (errors) => endsAsItShould(site, request, when, errors);
    const found = await shortcomings(site, { dropped: [drop(request, when)], right });
    return found.map(
      (what) => `${request.operation} ${request.at} (${request.cmdlet ?? 'session'}): ${what}`,
    );
  });
}

/** A session that does not come about is told, and so is a change; what else there is in a session is mended. */
function endsAsItShould(
  site: WsmanSite,
  request: Recorded,
  when: When,
  errors: readonly Diagnostic[],
): boolean {
  const [first, ...more] = errors;
  // The server has the answer, and the Receive beside it tells how the cmdlet ended.
  if (isAnswer(request) && when !== 'before') return first === undefined;
  if (request.cmdlet !== undefined) {
    return first !== undefined && more.length === 0 && tellsOfChange(first, request.cmdlet);
  }
  if (!opensSession(request)) return first === undefined;
  return first !== undefined && errors.every((error) => tellsOfNoSession(error, site));
}

export function tellsOfChange({ summary, detail }: Diagnostic, cmdlet: string): boolean {
  return (
    summary === `The connection was lost during ${cmdlet} for ${SECOND.name}` &&
    detail.includes('It is not known whether the cmdlet took effect')
  );
}

export function tellsOfNoSession({ summary, detail }: Diagnostic, site: WsmanSite): boolean {
  return summary === `No session with Exchange at ${site.url}` && detail.endsWith('Nothing was changed.');
}

/** Create, the Receive that follows it, and the sign-in before it. */
function opensSession(request: Recorded): boolean {
  const { requests } = undisturbed;
  const at = requests.indexOf(request);
  const around = request.operation === 'SignIn' ? requests[at + 1] : requests[at - 1];
  return [request, around].some((one) => one?.operation === 'Create');
}

function isOfSession({ cmdlet }: Recorded): boolean {
  return cmdlet === undefined;
}

function isRead({ cmdlet }: Recorded): boolean {
  return cmdlet !== undefined && /^(Get|Test)-/.test(cmdlet);
}

export function isChange(request: Recorded): boolean {
  return !isOfSession(request) && !isRead(request);
}

/** To the question about the default SMTP certificate. */
export function isAnswer({ operation, cmdlet }: Recorded): boolean {
  return operation === 'Send' && cmdlet === 'Enable-ExchangeCertificate';
}

export function errorsOf(said: readonly Diagnostic[]): readonly Diagnostic[] {
  return said.filter(({ severity }) => severity === 'error');
}

function duplicates(entries: readonly JournalEntry[]): readonly string[] {
  const sent = entries.map(({ cmdlet, parameters }) => `${cmdlet} ${JSON.stringify(parameters)}`);
  return sent.filter((text, index) => sent.indexOf(text) !== index);
}

/** Runs work on every site at once until there is none. */
export async function onAllSites<Item, Result>(
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

/** Drops every request of a deploy, one at a time where it is no read. */
export function describeDroppedRequests(): void {
  describe.each(WHEN)('a deploy whose connection breaks %s a request took effect', (when) => {
    test.each([
      ['leaves no session behind, and says where one does not come about', isOfSession],
      ['says which change it was, does not make it again, and is finished by the next one', isChange],
    ])(
      '%s',
      async (_what, of) => {
        expect(await shortcomingsOfEach(undisturbed.requests.filter(of), when)).toEqual([]);
      },
      LONG_MS,
    );

    test.each(['Command', 'Receive'] as const)(
      'makes every read again, although every one is lost: %s',
      async (operation) => {
        const reads = undisturbed.requests.filter(
          (request) => request.operation === operation && isRead(request),
        );
        expect(reads.length).toBeGreaterThan(30);
        const found = await onAllSites(apart(reads), (site, some) =>
          shortcomings(site, {
            dropped: some.map((request) => dropEachSecond(request, when)),
            right: (errors) => errors.length === 0,
          }),
        );
        expect(found).toEqual([]);
      },
      LONG_MS,
    );
  });
}
