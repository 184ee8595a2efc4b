import type { Diagnostic } from '../schema';
import { path } from '../schema';
import { declaration, further, type Namespaces, type SidedName, type Written } from './declared-namespaces';
import type { GivenName } from './given-names';
import { SITE, type Scope } from './name-place';
import { NAMED_SERVICES } from './namespaces';

/** What DNS answers for a name: addresses of the site, others or none, or nobody can tell. */
export type Standing = 'published' | 'not-published' | 'unknown';

/** What DNS answers for names, in each view in which the site has the name; those that it was not asked for are unknown. */
export class Standings {
  constructor(private readonly views: ReadonlyMap<string, readonly Standing[]>) {}

  /** What a client meets who may ask in any of the views: it is published where it is in all of them. */
  everywhere(host: string): Standing {
    return this.#firstOf(host, ['not-published', 'unknown', 'published']);
  }

  /** It is published where it is in one of the views. */
  somewhere(host: string): Standing {
    return this.#firstOf(host, ['published', 'unknown', 'not-published']);
  }

  /** The first of these that a view answers; unknown where none was asked. */
  #firstOf(host: string, order: readonly Standing[]): Standing {
    const answers = this.views.get(host) ?? [];
    return order.find((standing) => answers.includes(standing)) ?? 'unknown';
  }
}

/** A name that a plan puts in the place of another one. */
export interface Renaming {
  readonly given: GivenName;
  readonly to: string;
}

/**
 * What servers give to clients now and would give others instead. A server's own name, which Setup registers, is not
 * taken away from anybody: clients are told it until the first deploy.
 *
 * @param published names that are in the state as published
 */
export function renamings(
  namespaces: Namespaces,
  given: readonly GivenName[],
  servers: readonly string[],
  published: ReadonlySet<string>,
): readonly Renaming[] {
  const own = new Set(servers.map((name) => name.toLowerCase()));
  return given.flatMap((name) => {
    const to = namespaces.hostOf(name.server, name.service, name.side);
    const isOwn = own.has(name.host.split('.')[0] ?? '') && !published.has(name.host);
    return to === '' || to === name.host || isOwn ? [] : [{ given: name, to }];
  });
}

/**
 * Step 1 of a rename: what stops a plan that gives servers in production a name which DNS does not answer. In production
 * are servers that clients reach by the name that they give now.
 *
 * @param prior what the state has as declared
 * @param published names that are in the state as published: what counts where DNS cannot be asked
 */
export function unpublishedNames(
  namespaces: Namespaces,
  prior: Namespaces,
  renamed: readonly Renaming[],
  standings: Standings,
  published: ReadonlySet<string>,
): readonly Diagnostic[] {
  const inProduction = renamed.filter(({ given: { host } }) => isInUse(host, standings, published));
  const stopped = inProduction.filter(({ to }) => standings.everywhere(to) === 'not-published');
  const uncertain = inProduction.filter(({ to }) => standings.everywhere(to) === 'unknown');
  return [
    ...(stopped.length === 0 ? [] : [publishFirst(namespaces, prior, stopped)]),
    ...(uncertain.length === 0 ? [] : [unknownNames(namesTo(uncertain))]),
  ];
}

function isInUse(host: string, standings: Standings, published: ReadonlySet<string>): boolean {
  const standing = standings.somewhere(host);
  return standing === 'unknown' ? published.has(host) : standing === 'published';
}

/**
 * Step 2 of a rename: what stops a plan that takes away names which servers still give to clients.
 *
 * @param prior what the state has as declared
 * @param going names that leave DNS, or one view of it only
 * @param isDeclared whether a server is one of the site
 */
export function namesInUse(
  namespaces: Namespaces,
  prior: Namespaces,
  going: readonly SidedName[],
  given: readonly GivenName[],
  isDeclared: (server: string) => boolean,
): readonly Diagnostic[] {
  const inUse = given.filter((name) => going.some((left) => reach(name, left)));
  const stopped = inUse.filter(({ server }) => isDeclared(server));
  const others = inUse.filter(({ server, host }) => !isDeclared(server) && !hostsOf(stopped).includes(host));
  return [
    ...(stopped.length === 0 ? [] : [keepPublished(namespaces, prior, stopped)]),
    ...(others.length === 0 ? [] : [givenElsewhere(others)]),
  ];
}

/** Whether clients who are given a name look for it where it leaves. The name of Autodiscover is one for both sides. */
function reach(given: GivenName, { host, side }: SidedName): boolean {
  return (
    given.host === host && (side === undefined || given.side === side || given.service === 'autodiscover')
  );
}

function publishFirst(namespaces: Namespaces, prior: Namespaces, stopped: readonly Renaming[]): Diagnostic {
  const [news, olds] = [namesTo(stopped), hostsOf(stopped.map(({ given }) => given))];
  const [theNew, theOld] = [listed(news), listed(olds)];
  const retired = stopped.flatMap(({ given }) => (givesOutside(namespaces, given) ? [] : [given]));
  const later =
    retired.length === 0
      ? 'declare in step 2 what you have now; nothing is left for step 3.'
      : `declare in step 2 what you have now, with ${keptPlaces(namespaces, prior, retired)}; in step 3, once clients know the new name, take ${listed(hostsOf(retired))} out.`;
  return {
    severity: 'error',
    summary: `Clients would be given ${theNew} before DNS publishes ${it(news)}`,
    detail: [
      `Nothing of this plan is run. ${serversOf(stopped.map(({ given }) => given))} in production: clients are given ${theOld} there and reach the site by ${it(olds)}. DNS publishes a new name last, so that a deploy that stops before would leave them one that nothing answers.`,
      `A rename takes three deploys. Step 1 publishes the new name beside the old one, with a certificate that has both (its PFX, and certificate.names, or of several by name certificate.<name>.names). Declare:\n\n${declaration(before(namespaces, stopped))}`,
      `Then, when ${theNew} ${news.length === 1 ? 'resolves' : 'resolve'} everywhere, ${later}`,
    ].join('\n\n'),
    path: path('purposes'),
  };
}

function keepPublished(namespaces: Namespaces, prior: Namespaces, stopped: readonly GivenName[]): Diagnostic {
  const olds = hostsOf(stopped);
  const theOld = listed(olds);
  const isOutside = olds.every((host) => namespaces.isOnlyInside(host));
  return {
    severity: 'error',
    summary: `${theOld} would leave ${isOutside ? 'the external view of DNS' : 'DNS'} while servers give ${it(olds)} to clients`,
    detail: [
      `Nothing of this plan is run. Servers still give ${it(olds)}: ${whoGives(stopped)}.`,
      `A rename takes three deploys. Step 2 lets servers give the new name, and keeps the old one in DNS. Declare:\n\n${declaration(keeping(namespaces, prior, stopped))}`,
      `In step 3, once clients know the new name, take ${theOld} out of alsoPublished.`,
      ...unmanaged(namespaces, stopped),
    ].join('\n\n'),
    path: path('purposes'),
  };
}

/** What no deploy changes. */
function unmanaged(namespaces: Namespaces, stopped: readonly GivenName[]): readonly string[] {
  const services = new Set(stopped.map(({ service }) => service));
  return [...services]
    .filter((service) => !namespaces.isNamed(service))
    .map(
      (service) =>
        `The declaration names no host for ${service}: give it one in namespaces.services, or change its URLs by hand on the servers.`,
    );
}

function givenElsewhere(others: readonly GivenName[]): Diagnostic {
  const olds = hostsOf(others);
  return {
    severity: 'warning',
    summary: `${listed(olds)} leaves DNS while servers that are not declared give ${it(olds)} to clients`,
    detail: `They are changed by hand, or uninstalled: ${whoGives(others)}.`,
    path: path('purposes'),
  };
}

function unknownNames(names: readonly string[]): Diagnostic {
  return {
    severity: 'warning',
    summary: `Whether DNS publishes ${listed(names)} is not known`,
    detail: `Clients in production are given ${it(names)} before the record sets are written, which is the last step. Look that ${it(names)} can be resolved before you deploy.`,
    path: path('purposes'),
  };
}

/** The declaration with the names that are still given beside those of the scopes whose servers give them. */
function keeping(
  namespaces: Namespaces,
  prior: Namespaces,
  stopped: readonly GivenName[],
): ReadonlyMap<Scope, Written> {
  const kept = keptIn(namespaces, prior, stopped);
  return new Map(
    [...new Set([...namespaces.scopes, ...kept.keys()])].map((scope): [Scope, Written] => [
      scope,
      {
        hostOf: (service, side) => namespaces.hostIn(scope, service, side),
        alsoPublished: onceEach([...namespaces.alsoPublished(scope), ...(kept.get(scope) ?? [])]),
      },
    ]),
  );
}

/** The names by the scope in whose alsoPublished they belong. */
function keptIn(
  namespaces: Namespaces,
  prior: Namespaces,
  given: readonly GivenName[],
): ReadonlyMap<Scope, readonly SidedName[]> {
  const scopeOf = ({ server, service }: GivenName) => namespaces.keptIn(prior, server, service);
  const scopes = new Set(given.map(scopeOf));
  const kept = (host: string): SidedName =>
    namespaces.isOnlyInside(host) ? { host, side: 'external' } : prior.sided(host);
  return new Map(
    [...scopes].map((scope) => [scope, hostsOf(given.filter((name) => scopeOf(name) === scope)).map(kept)]),
  );
}

/**
 * Whether a server still gives a name to clients outside, of some service: then both views have it, and in alsoPublished it
 * would stand twice.
 */
function givesOutside(namespaces: Namespaces, { server, host }: GivenName): boolean {
  return (['autodiscover', ...NAMED_SERVICES] as const).some(
    (service) => namespaces.hostOf(server, service, 'external') === host,
  );
}

/** `mail.contoso.com in alsoPublished of datacentres.lisbon`; without the place where that is the site. */
function keptPlaces(namespaces: Namespaces, prior: Namespaces, retired: readonly GivenName[]): string {
  const kept = keptIn(namespaces, prior, retired);
  const isSite = [...kept.keys()].every((scope) => scope === SITE);
  return listed(
    [...kept].map(([scope, names]) => {
      const place = scope === SITE ? 'the site' : scope;
      const written = names.map((name) => (name.side === undefined ? name.host : further(name)));
      return `${listed(written)} in alsoPublished${isSite ? '' : ` of ${place}`}`;
    }),
  );
}

/** The declaration with the names that are given now in the places of those that are not published. */
function before(namespaces: Namespaces, stopped: readonly Renaming[]): ReadonlyMap<Scope, Written> {
  return new Map(
    namespaces.scopes.map((scope): [Scope, Written] => {
      const here = stopped.filter(
        ({ given: { server, service } }) => namespaces.scopeOf(server, service) === scope,
      );
      return [scope, beforeIn(scope, namespaces, here)];
    }),
  );
}

function beforeIn(scope: Scope, namespaces: Namespaces, stopped: readonly Renaming[]): Written {
  const news = namesTo(stopped);
  const hostOf: Written['hostOf'] = (service, side) => {
    const to = namespaces.hostIn(scope, service, side);
    if (to === undefined || !news.includes(to)) return to;
    const there = stopped.filter(({ given }) => given.service === service && given.side === side);
    const alike = stopped.filter((renaming) => renaming.to === to);
    return commonest((there.length > 0 ? there : alike).map(({ given: { host } }) => host)) ?? to;
  };
  const given = new Set(
    ['client' as const, 'autodiscover' as const, ...NAMED_SERVICES].flatMap((service) => [
      hostOf(service, 'internal'),
      hostOf(service, 'external'),
    ]),
  );
  return {
    hostOf,
    alsoPublished: onceEach([
      ...namespaces.alsoPublished(scope),
      ...news.map((host) => namespaces.sided(host)),
    ]).filter(({ host }) => !given.has(host)),
  };
}

/** One entry for each name, for every side that one of its entries has. */
function onceEach(names: readonly SidedName[]): readonly SidedName[] {
  return [...new Set(names.map(({ host }) => host))].map((host) => {
    const [side, ...others] = new Set(names.filter((name) => name.host === host).map((name) => name.side));
    return side === undefined || others.length > 0 ? { host } : { host, side };
  });
}

/** The first of those that occur most often. */
function commonest(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([, left], [, right]) => right - left)[0]?.[0];
}

const namesTo = (renamed: readonly Renaming[]) => [...new Set(renamed.map(({ to }) => to))];
const hostsOf = (given: readonly GivenName[]) => [...new Set(given.map(({ host }) => host))];
const it = (names: readonly string[]) => (names.length === 1 ? 'it' : 'them');

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function serversOf(given: readonly GivenName[]): string {
  const servers = [...new Set(given.map(({ server }) => server))].sort();
  return `${listed(servers)} ${servers.length === 1 ? 'is' : 'are'}`;
}

/** `EX01 (owa, ecp); EX02 (owa)`. */
function whoGives(given: readonly GivenName[]): string {
  const byServer = new Map<string, Set<string>>();
  for (const { server, service } of given) {
    byServer.set(server, (byServer.get(server) ?? new Set()).add(service));
  }
  return [...byServer]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([server, services]) => `${server} (${[...services].join(', ')})`)
    .join('; ');
}
