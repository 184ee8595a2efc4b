import { formatPath } from '../../schema';
import { viewsOf } from '../dns-views';
import { isMailPlace } from '../mail-protocols';
import { isFurther } from '../name-place';
import { settingsFor } from '../declared-settings';
import { addressesElsewhere, publishedAs } from '../publishing';
import { offloadedDirectories } from '../ssl-offload';
import type { Placement, Topology } from '../topology';
import { ExchangeVersion } from '../versions';
import { type Finding, type Rule, withVersion } from './rule';

/**
 * https://learn.microsoft.com/exchange/plan-and-deploy/post-installation-tasks/security-best-practices/exchange-extended-protection
 */
export const sslOffload: Rule = {
  id: 'ssl-offload',
  severity: 'error',
  description:
    '`sslOffload` is declared only where a load balancer or an undeclared machine stands before the servers and ends TLS, and where the servers accept unencrypted connections. Exchange 2019 and later do not: Extended Protection binds each sign-in to the TLS connection of the client. Before 2013 only Outlook Anywhere does, where it is enabled. Each setting applies to at least one server.',
  check: ({ topology }) => {
    const offloaded = topology.placements.flatMap((placement) =>
      placement.sslOffload?.isOn === true ? [{ placement, path: placement.sslOffload.path }] : [],
    );
    const places = new Map(offloaded.map(({ path }) => [formatPath(path), path]));
    const found = [...places].flatMap(([place, path]) => {
      const placements = offloaded
        .filter((each) => formatPath(each.path) === place)
        .map(({ placement }) => placement);
      return [withExtendedProtection, withoutTlsEndpoint, withoutEffect].flatMap((check) =>
        check(placements, topology).map((finding) => ({ path, ...finding })),
      );
    });
    return [...found, ...overridden(topology)];
  },
};

/**
 * Finds settings that every server overrides by a more specific one. Another rule reports a datacentre without servers.
 */
function overridden({ site, placements }: Topology): readonly Finding[] {
  const inEffect = placements.flatMap(({ sslOffload: said }) => (said ? [formatPath(said.path)] : []));
  const said = site.servers.flatMap((server) => settingsFor(site, server, 'sslOffload'));
  const places = new Map(said.map(({ path }) => [formatPath(path), path]));
  return [...places].flatMap(([place, path]) =>
    inEffect.includes(place)
      ? []
      : [
          {
            path,
            problem:
              'every server in its scope has a more specific sslOffload, so that this one has no effect',
            remedy: 'take it out, or take out the more specific ones',
          },
        ],
  );
}

type Check = (placements: readonly Placement[], topology: Topology) => readonly Omit<Finding, 'path'>[];

/** Extended Protection is on by default since cumulative update 14 of 2019, and in the Subscription Edition. */
const withExtendedProtection: Check = (placements) => {
  const bound = placements.filter(({ server }) => server.version.isAtLeast(ExchangeVersion.V2019));
  return bound.length === 0
    ? []
    : [
        {
          problem: `TLS would end before ${named(bound)} with Extended Protection, which is on by default since the cumulative update 14 of 2019 and in the Subscription Edition: it binds each sign-in to the TLS connection of the client`,
          remedy: `let the load balancer encrypt again, with the certificate that the servers have, and take sslOffload out, or declare sslOffload: false for ${namesOf(bound)}`,
        },
      ];
};

const withoutTlsEndpoint: Check = (placements, { site, published }) => {
  const views = viewsOf(site);
  // Only names of HTTPS clients matter, not names of mail protocols and further names.
  const names = published.filter(({ place }) => !isMailPlace(place) && !isFurther(place));
  const alone = placements.filter(({ server }) =>
    views.every(
      (view) =>
        publishedAs(site, server, view).loadBalancer === undefined &&
        !names.some(
          ({ host, servers }) => servers.includes(server) && addressesElsewhere(view, host) !== undefined,
        ),
    ),
  );
  return alone.length === 0
    ? []
    : [
        {
          problem: `no declared machine ends TLS before ${namesOf(alone)}: there is no load balancer in publish, and no address in elsewhere`,
          remedy: `declare what ends it: publish: { virtualIp: '<its address>' } of the DNS view, the datacentre or the server, or elsewhere: { '<name>': '<its address>' } of the DNS view; or take sslOffload out`,
        },
      ];
};

const withoutEffect: Check = (placements) =>
  placements.some(
    ({ server, outlookAnywhere: { enabled } }) => offloadedDirectories(server).length > 0 || enabled === true,
  )
    ? []
    : [
        {
          problem: `nothing of ${named(placements)} is offloaded: before ${ExchangeVersion.V2013.toString()} it is Outlook Anywhere only, which no declaration enables there`,
          remedy: `take sslOffload out, or declare outlookAnywhere: 'enabled' of the server`,
        },
      ];

function namesOf(placements: readonly Placement[]): string {
  return placements.map(({ server }) => server.name).join(', ');
}

function named(placements: readonly Placement[]): string {
  return placements.map(({ server }) => withVersion(server)).join(', ');
}
