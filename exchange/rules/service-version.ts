import { path } from '../../schema';
import { hasOn } from '../builds';
import { HEALTH_SETS_LIFESPAN, SERVICES, serviceNamed } from '../services';
import { isIn, outlookAnywhere } from '../resources';
import { needsEndpoint } from '../server-endpoint';
import type { ExchangeSiteProps, Server } from '../site';
import { existsIn, ExchangeVersion, lifespanText } from '../versions';
import type { Lifespan } from '../versions';
import type { Path } from '../../schema';
import type { Placement } from '../topology';
import { type Finding, type Rule, withVersion } from './rule';

export const serviceVersion: Rule = {
  id: 'service-version',
  severity: 'error',
  description:
    'A service with a name or authentication of its own exists in the version of every server that it is declared for, and so does every protocol in `health.protocols`. A name for all clients applies to the services that exist.',
  check: ({ site, topology: { placements } }) => [
    ...placements.flatMap(missingServices),
    ...placements.flatMap(missingSwitches),
    ...placements.flatMap(uselessSwitch),
    ...outOfReach(placements),
    ...uselessOutlookAnywhere(site, placements),
    ...uselessMapi(site, placements),
    ...missingHealthSets(site.health?.protocols ?? [], placements),
  ],
};

function missingServices({ server, missing }: Placement): readonly Finding[] {
  return missing.map(({ row, isOwn, hosts, authentication: [first] }) => ({
    path: ofService((isOwn ? hosts?.internalPath : first?.path) ?? [], row.service),
    problem: `${lacks(server, row)} ${row.title}, which exists in ${lifespanText(row.lifespan)}`,
    remedy: `${row.successor === undefined ? '' : `${row.successor}; `}take ${row.service} out, or declare it for servers that have it`,
  }));
}

function missingSwitches({ server, directories }: Placement): readonly Finding[] {
  return directories.flatMap(({ row, authentication }) =>
    authentication.flatMap(({ attribute, path: at }) => {
      const lifespan = row.switchLifespans?.[attribute];
      if (lifespan === undefined || existsIn(lifespan, server.version)) return [];
      return [
        {
          path: at,
          problem: `${server.name} runs ${server.version.toString()}, whose ${row.title} has no such sign-in; it exists in ${lifespanText(lifespan)}`,
          remedy: 'take it out, or declare it for servers that have it',
        },
      ];
    }),
  );
}

const isAlwaysOn = ({ server }: Placement) => isIn(outlookAnywhere, server.version);

function uselessSwitch(placement: Placement): readonly Finding[] {
  const { server, path: at } = placement;
  if (server.outlookAnywhere === undefined || !isAlwaysOn(placement)) return [];
  return [
    {
      path: [...at, { attribute: 'outlookAnywhere' }],
      problem: `Outlook Anywhere of ${server.name} is always on: it is enabled and disabled only before ${ExchangeVersion.V2013.toString()}`,
      remedy: 'take outlookAnywhere of the server out; its names and sign-in are declared for the site',
    },
  ];
}

/** The session of a site with a server of 2013 or later lacks the cmdlets that enable and disable Outlook Anywhere. */
function outOfReach(placements: readonly Placement[]): readonly Finding[] {
  const newer = placements.find(isAlwaysOn)?.server;
  if (newer === undefined) return [];
  return placements
    .filter(
      (placement) =>
        // Another rule reports a server that must have an endpoint and has none.
        placement.server.endpoint === undefined &&
        !needsEndpoint(placement.server.version) &&
        placement.outlookAnywhere.enabled !== undefined &&
        !isAlwaysOn(placement),
    )
    .map(({ server, path: at }) => ({
      path: [...at, { attribute: 'outlookAnywhere' }],
      problem: `the session of a site with ${withVersion(newer)} cannot switch Outlook Anywhere of ${withVersion(server)}: ${ExchangeVersion.V2013.toString()} dropped its cmdlets (Enable-OutlookAnywhere and Disable-OutlookAnywhere)`,
      remedy: `give ${server.name} an endpoint of its own: endpoint: 'https://${server.fqdn}/PowerShell/'; or take this out and switch it in the management shell of ${server.name}`,
    }));
}

/** Settings of Outlook Anywhere have no effect if no server has it enabled. */
function uselessOutlookAnywhere(
  { namespaces, outlookAnywhere: options }: ExchangeSiteProps,
  placements: readonly Placement[],
): readonly Finding[] {
  const has = placements.some(
    (placement) => isAlwaysOn(placement) || placement.outlookAnywhere.enabled === true,
  );
  if (has || placements.length === 0) return [];
  return [
    ...(namespaces.services?.outlookAnywhere === undefined
      ? []
      : [path('namespaces', 'services', 'outlookAnywhere')]),
    ...(options === undefined ? [] : [path('outlookAnywhere')]),
  ].map((at) => ({
    path: at,
    problem: 'no server has Outlook Anywhere on: before Exchange Server 2013 it is off until it is enabled',
    remedy: `give the servers that are to have it outlookAnywhere: 'enabled', or take this out`,
  }));
}

function uselessMapi(
  { mapiAuthentication }: ExchangeSiteProps,
  placements: readonly Placement[],
): readonly Finding[] {
  const row = serviceNamed('mapi');
  if (mapiAuthentication === undefined || placements.length === 0) return [];
  if (placements.some(({ server }) => hasOn(row.lifespan, server))) return [];
  return [
    {
      path: path('mapiAuthentication'),
      problem: `no server has ${row.title}, which exists in ${lifespanText(row.lifespan)}`,
      remedy: 'take it out',
    },
  ];
}

function lacks(server: Server, { lifespan }: { readonly lifespan: Lifespan }): string {
  return `${withVersion(server)} has ${lifespan.last === undefined ? 'no' : 'no more'}`;
}

/** The path of the service, where the path of a name is that of its internal or external part. */
function ofService(at: Path, service: string): Path {
  return at.slice(0, at.findIndex((step) => 'attribute' in step && step.attribute === service) + 1);
}

/**
 * Servers without health sets are checked only by their Windows services. A protocol that none of the other servers has
 * is a mistake.
 */
function missingHealthSets(
  protocols: readonly string[],
  placements: readonly Placement[],
): readonly Finding[] {
  if (placements.length === 0) return [];
  const servers = placements.map(({ server }) => server);
  const reporting = servers.filter(({ version }) => existsIn(HEALTH_SETS_LIFESPAN, version));
  return protocols.flatMap((protocol, index): readonly Finding[] => {
    const at = path('health', 'protocols', index);
    if (reporting.length === 0) {
      return [
        {
          path: at,
          problem: `no server reports the health of '${protocol}': health sets exist in ${lifespanText(HEALTH_SETS_LIFESPAN)}`,
          remedy: 'take health.protocols out: older servers are checked by their services',
        },
      ];
    }
    const row = SERVICES.find(({ service }) => service === protocol);
    // Outlook Anywhere has no row.
    if (row === undefined) return [];
    if (reporting.some((server) => hasOn(row.lifespan, server))) return [];
    return [
      {
        path: at,
        problem: `no server has ${row.title}, which exists in ${lifespanText(row.lifespan)}`,
        remedy: `take '${protocol}' out`,
      },
    ];
  });
}
