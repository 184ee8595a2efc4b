import { canonicalAddress } from '../exchange/addresses';
import { type NameAddresses, VIEW_ATTRIBUTES } from '../exchange/published-names';
import { giveTheSame, Namespaces, type Purposes, type SidedName } from '../exchange/declared-namespaces';
import { type GivenName, givenNames, type NamingService, type Side, SIDES } from '../exchange/given-names';
import { namesInUse, renamings, type Standing, Standings, unpublishedNames } from '../exchange/rename';
import {
  type AnyResource,
  erase,
  isIn,
  outlookAnywhere,
  outlookAnywhere2010,
  serviceConnectionPoint,
  virtualDirectories,
} from '../exchange/resources';
import { textOf } from '../exchange/resources/property';
import type { Change } from '../plugin';
import type { PowerShellObject } from '../powershell/outcome';
import {
  type Diagnostic,
  hasErrors,
  isKnown,
  type StateOf,
  type Value,
  type Values,
  withEveryAttribute,
} from '../schema';
import type { Reading } from './readings';
import type { Targets } from './targets';

type State = StateOf<Record<string, never>>;

/** A kind of object in which a server hands out a name to clients. */
interface Giver {
  readonly service: NamingService;
  readonly definition: AnyResource;
}

const GIVERS: readonly Giver[] = [
  { service: 'autodiscover', definition: erase(serviceConnectionPoint) },
  { service: 'outlookAnywhere', definition: erase(outlookAnywhere) },
  { service: 'outlookAnywhere', definition: erase(outlookAnywhere2010) },
  ...virtualDirectories.flatMap(({ row, definition }) =>
    row.hasUrls ? [{ service: row.service, definition: erase(definition) }] : [],
  ),
];

/**
 * Why the published names must not change as planned. A rename takes several deploys; a plan that skips one of them is
 * stopped. Nothing is read where the names stay as they are, so that repairing drift and adding a server are not
 * stopped.
 *
 * @param change of the published names
 */
export async function renameFindings(change: Change, targets: Targets): Promise<readonly Diagnostic[]> {
  // During an apply Terraform plans once more: by then the servers have the names that the plan allowed.
  if (change.planned === null || targets.run.hasRun) return [];
  const planned = siteNames(change.planned);
  const prior = siteNames(change.prior ?? {});
  const standingsOf = (hosts: Iterable<string>) => standings(hosts, [prior, planned], targets);

  if (!giveTheSame(prior.namespaces, planned.namespaces, servers(targets))) {
    const { given } = await readGiven(targets, ({ service }) => planned.namespaces.isNamed(service));
    const declared = given.filter(({ server }) => targets.organization.isDeclared(server));
    const renamed = renamings(planned.namespaces, declared, servers(targets), prior.hosts);
    const asked = await standingsOf(renamed.flatMap(({ given: { host }, to }) => [host, to]));
    const found = unpublishedNames(planned.namespaces, prior.namespaces, renamed, asked, prior.hosts);
    // Names that leave in the same plan are a later deploy of the rename, and are not reported yet.
    if (hasErrors(found)) return found;
    return [...found, ...(await leavingNamesInUse(prior, planned, standingsOf, targets))];
  }
  return leavingNamesInUse(prior, planned, standingsOf, targets);
}

async function leavingNamesInUse(
  prior: SiteNames,
  planned: SiteNames,
  standingsOf: (hosts: Iterable<string>) => Promise<Standings>,
  targets: Targets,
): Promise<readonly Diagnostic[]> {
  const leaving: readonly SidedName[] = [
    ...[...prior.hosts].filter((host) => !planned.hosts.has(host)).map((host) => ({ host })),
    ...leavingExternalView(prior, planned).map((host) => ({ host, side: 'external' as const })),
  ];
  const answers = await standingsOf(leaving.map(({ host }) => host));
  const maybePublished = leaving.filter(({ host }) => answers.somewhere(host) !== 'not-published');
  if (maybePublished.length === 0) return [];
  const { given, unread } = await readGiven(targets, () => true);
  return [
    ...targets.run.reportOnce(unread),
    ...namesInUse(planned.namespaces, prior.namespaces, maybePublished, given, (server) =>
      targets.organization.isDeclared(server),
    ),
  ];
}

/**
 * Names that leave the external view but stay in the internal one, because nothing is handed out under them to clients
 * outside any more. The reverse loses nothing: the internal view also holds the names for clients outside.
 */
function leavingExternalView(prior: SiteNames, planned: SiteNames): readonly string[] {
  return Object.keys(prior.views.external).filter(
    (host) =>
      planned.namespaces.isOnlyInside(host) &&
      !prior.namespaces.isOnlyInside(host) &&
      !(host in planned.views.external),
  );
}

/** The names of a site, and the addresses declared or published under them in each view. */
interface SiteNames {
  readonly namespaces: Namespaces;
  readonly hosts: ReadonlySet<string>;
  readonly views: { readonly [side in Side]: NameAddresses };
}

function siteNames(values: Values): SiteNames {
  const purposes = (values['purposes'] ?? {}) as Purposes;
  const viewOf = (side: Side): NameAddresses => {
    const { addresses, published } = VIEW_ATTRIBUTES[side];
    // `published` is unknown while a plan changes it.
    const [declared, before] = [addresses, published].map((name) => {
      const value: Value = values[name] ?? null;
      return isKnown(value) ? (value as NameAddresses | null) : null;
    });
    const names = new Set([...Object.keys(declared ?? {}), ...Object.keys(before ?? {})]);
    return Object.fromEntries(
      [...names].map((name) => [name, [...(declared?.[name] ?? []), ...(before?.[name] ?? [])]]),
    );
  };
  return {
    namespaces: new Namespaces(
      purposes,
      (values['datacentres'] ?? {}) as { readonly [server: string]: string },
      (values['cleared'] ?? []) as readonly string[],
    ),
    hosts: new Set(Object.keys(purposes)),
    views: { internal: viewOf('internal'), external: viewOf('external') },
  };
}

const servers = (targets: Targets): readonly string[] => [...targets.settings.spellings.values()];

async function standings(
  hosts: Iterable<string>,
  sites: readonly SiteNames[],
  targets: Targets,
): Promise<Standings> {
  const own = new Set(
    sites.flatMap(({ views }) =>
      SIDES.flatMap((side) => Object.values(views[side]).flat()).map(canonicalAddress),
    ),
  );
  const found = [...new Set(hosts)].map(async (host): Promise<[string, readonly Standing[]]> => {
    // A name that the site has in neither view, as before the first deploy, may be in both.
    const declared = SIDES.filter((side) => sites.some(({ views }) => host in views[side]));
    const sides = declared.length === 0 ? SIDES : declared;
    const answers = await Promise.all(sides.map((side) => standingOf(host, side, own, targets)));
    return [host, answers.flatMap((answer) => answer ?? [])];
  });
  return new Standings(new Map(await Promise.all(found)));
}

/** The longest chain of CNAME records that is followed. */
const MOST_ALIASES = 8;

/**
 * A name is published where DNS answers with an address of the site; other addresses belong to other machines.
 * Undefined where no zone of the view holds the name.
 */
async function standingOf(
  host: string,
  side: Side,
  addresses: ReadonlySet<string>,
  targets: Targets,
  aliases = MOST_ALIASES,
): Promise<Standing | undefined> {
  const answer = await targets.zones?.standing(host, side);
  if (answer === undefined) return undefined;
  if (answer.kind !== 'answered') return 'unknown';
  const { standing } = answer;
  switch (standing.kind) {
    case 'free':
      return 'not-published';
    case 'addresses':
      return standing.records.some(
        ({ data }) => 'address' in data && addresses.has(canonicalAddress(data.address)),
      )
        ? 'published'
        : 'not-published';
    case 'alias':
      return 'target' in standing.record.data && aliases > 0
        ? ((await standingOf(standing.record.data.target, side, addresses, targets, aliases - 1)) ??
            'unknown')
        : 'unknown';
    default:
      return 'unknown';
  }
}

/** The names that servers hand out to clients now, including servers of the organization that are not declared. */
async function readGiven(
  targets: Targets,
  isWanted: (giver: Giver) => boolean,
): Promise<{ readonly given: readonly GivenName[]; readonly unread: readonly Diagnostic[] }> {
  const readings = await Promise.all(GIVERS.filter(isWanted).map((giver) => readAll(giver, targets)));
  const given = new Map<string, GivenName>();
  const unread: Diagnostic[] = [];
  for (const { giver, reading } of readings.flat()) {
    if (reading.kind === 'failed') {
      // Only a warning: where the object is managed, its own refresh stops the plan.
      unread.push(...reading.diagnostics.map((problem) => ({ ...problem, severity: 'warning' as const })));
      continue;
    }
    const { objects } = reading.outcome;
    for (const server of new Set(objects.flatMap((object) => serverOf(object) ?? []))) {
      for (const name of namesOn(server, giver, objects, targets)) {
        given.set([name.server.toLowerCase(), name.service, name.side].join('\n'), name);
      }
    }
  }
  return { given: [...given.values()], unread };
}

/** The reads that show the objects of a kind on all servers, each once: usually one answer shows them all. */
async function readAll(
  giver: Giver,
  targets: Targets,
): Promise<readonly { readonly giver: Giver; readonly reading: Reading }[]> {
  const readings = await Promise.all(servers(targets).map((server) => read(giver, server, targets)));
  return [...new Set(readings)].flatMap((reading) => (reading === undefined ? [] : [{ giver, reading }]));
}

/**
 * The shared read of the objects of a kind on a server; undefined where the version of the server has no such objects.
 */
async function read({ definition }: Giver, server: string, targets: Targets): Promise<Reading | undefined> {
  const target = targets.of(server);
  const facts = target.factsFor(server);
  const version = target.versionFor(server);
  if (version !== undefined && !isIn(definition, version)) return undefined;
  const invocation = definition.observe?.(stateOf(definition, server), facts);
  if (invocation === undefined) return undefined;
  return target.observe(target.addressed(invocation), server);
}

function namesOn(
  server: string,
  { service, definition }: Giver,
  objects: readonly PowerShellObject[],
  targets: Targets,
): readonly GivenName[] {
  const state =
    definition.view?.(objects, stateOf(definition, server), targets.of(server).factsFor(server)) ?? null;
  // The answer may spell the server in other letter case than the declaration.
  const declared = targets.settings.spellings.get(server.toLowerCase()) ?? server;
  return state === null ? [] : givenNames(declared, service, state);
}

function serverOf(object: PowerShellObject): string | null {
  return textOf(object, 'Server') ?? textOf(object, 'ServerName') ?? textOf(object, 'Name');
}

function stateOf({ schema }: AnyResource, server: string): State {
  return { ...withEveryAttribute(schema, {}), server } as unknown as State;
}
