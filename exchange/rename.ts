import type { Diagnostic } from '../schema';
import { path } from '../schema';
import { declaration, further, type Namespaces, type SidedName, type Written } from './declared-namespaces';
import type { GivenName } from './given-names';
import { SITE, type Scope } from './name-place';
import { NAMED_SERVICES } from './namespaces';

/**
 * What DNS answers for a name: addresses of the site (`published`), other addresses or none (`not-published`), or it
 * could not be asked.
 */
export type Standing = 'published' | 'not-published' | 'unknown';

/**
 * What DNS answers for names, in each view in which the site has the name. Names that were not looked up are unknown.
 */
export class Standings {
  constructor(private readonly views: ReadonlyMap<string, readonly Standing[]>) {}

  /** The standing for a client that may use any view: published only if it is published in every view. */
  everywhere(host: string): Standing {
    return this.#firstOf(host, ['not-published', 'unknown', 'published']);
  }

  /** Published if it is published in at least one view. */
  somewhere(host: string): Standing {
    return this.#firstOf(host, ['published', 'unknown', 'not-published']);
  }

  /** The first standing of this order that a view answered; unknown where no view was asked. */
  #firstOf(host: string, order: readonly Standing[]): Standing {
    const answers = this.views.get(host) ?? [];
    return order.find((standing) => answers.includes(standing)) ?? 'unknown';
  }
}

/** A planned change of a name that clients use. */
export interface Renaming {
  readonly given: GivenName;
  readonly to: string;
}

/**
 * The names that servers use now and would replace by others. The server's own name, which Setup registers, is not
 * counted: clients use it only until the first deploy.
 *
 * @param published names that the state records as published
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
 * Checks step 1 of a rename: stops a plan that gives servers in production a name that DNS does not publish yet. A
 * server is in production if DNS publishes the name that it uses now.
 *
 * @param prior the names as the state records them
 * @param published names that the state records as published; used where DNS cannot be asked
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
 * Checks step 2 of a rename: stops a plan that removes names from DNS which servers still use.
 *
 * @param prior the names as the state records them
 * @param leaving names that would be removed from DNS, or from one view only
 * @param isDeclared whether a server is declared in the site
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

/**
 * Whether clients of a name look it up in the view that it would be removed from. The name of Autodiscover is used on
 * both sides.
 */
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

/** Remarks on services whose names no deploy changes. */
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

/**
 * The declaration, with the names that are still in use added to `alsoPublished` of the scopes whose servers use them.
 */
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

/** The names by the scope whose `alsoPublished` must hold them. */
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
 * Whether a server still uses a name externally for some service. Then both views hold it anyway, and it must not be in
 * `alsoPublished` as well.
 */
function givesOutside(namespaces: Namespaces, { server, host }: GivenName): boolean {
  return (['autodiscover', ...NAMED_SERVICES] as const).some(
    (service) => namespaces.hostOf(server, service, 'external') === host,
  );
}

/** `mail.contoso.com in alsoPublished of datacentres.lisbon`; the place is left out for the site. */
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

/**
 * The declaration for step 1: names that are not published yet are replaced by those in use now, and listed in
 * `alsoPublished`.
 */
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

/** Merges the entries of each name: one entry, for every side that one of them has. */
function onceEach(names: readonly SidedName[]): readonly SidedName[] {
  return [...new Set(names.map(({ host }) => host))].map((host) => {
    const [side, ...others] = new Set(names.filter((name) => name.host === host).map((name) => name.side));
    return side === undefined || others.length > 0 ? { host } : { host, side };
  });
}

/** The most frequent text; the first one of several. */
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
