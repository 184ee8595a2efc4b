import { path, type Path } from '../../schema';
import { isLookedAt, mailCertificate, showsConnectors, webCertificate } from '../health-from-runner';
import { includesName } from '../resources/equality';
import { HEALTH_SETS_LIFESPAN } from '../services';
import type { Placement } from '../topology';
import { existsIn, lifespanText } from '../versions';
import { withVersion, type Finding, type Rule } from './rule';

const AT = path('health', 'fromRunner');

export const healthFromRunner: Rule = {
  id: 'health-from-runner',
  severity: 'error',
  description:
    'The servers can show what the machine that runs Terraform checks: a certificate that is declared for the service, or a page that the version has.',
  check: ({ site, topology: { placements: all } }) => {
    const declared = site.health?.fromRunner;
    if (declared === undefined) return [];
    const { certificates = [], healthcheck = false, servers = [] } = declared;
    const placements = all.filter((placement) => isLookedAt(site, placement));
    if (certificates.length === 0 && !healthcheck) {
      return [
        {
          path: AT,
          problem: 'it declares no check',
          remedy: `declare certificates: ['IIS'] or healthcheck: true, or both; or take fromRunner out`,
        },
      ];
    }
    return [
      ...servers.flatMap((name, index) => unknownServer(name, [...AT, ...path('servers', index)], all)),
      ...certificates.flatMap((service, index) => {
        const at = [...AT, ...path('certificates', index)];
        if (service === 'IIS') return lackingWeb(at, placements);
        return service === 'SMTP' ? lackingConnectors(at, placements) : lackingMail(at, service, placements);
      }),
      ...(healthcheck ? lackingPages([...AT, { attribute: 'healthcheck' }], placements) : []),
    ];
  },
};

export function unknownServer(name: string, at: Path, placements: readonly Placement[]): readonly Finding[] {
  const names = placements.map(({ server }) => server.name);
  if (includesName(names, name)) return [];
  return [{ path: at, problem: `there is no server '${name}'`, remedy: `name one of ${names.join(', ')}` }];
}

/** Without a declared certificate for IIS, there is nothing to compare the server's certificate with. */
export function lackingWeb(at: Path, placements: readonly Placement[]): readonly Finding[] {
  const without = placements.filter((placement) => webCertificate(placement) === undefined);
  const names = without.map(({ server }) => server.name).join(', ');
  return without.length === 0
    ? []
    : [
        {
          path: at,
          problem: `no certificate for IIS is declared for ${names}, so that there is nothing to compare the certificate of the server with`,
          remedy: `declare a certificate with 'IIS' among its services for ${names}, or take this out`,
        },
      ];
}

/** Older servers are not checked, as long as there is a newer one that is. */
function lackingConnectors(at: Path, placements: readonly Placement[]): readonly Finding[] {
  const [first] = placements;
  if (first === undefined || placements.some(showsConnectors)) return [];
  return [
    {
      path: at,
      problem: `the provider cannot read which certificate the Receive connectors of ${withVersion(first.server)} select, and there is no newer server`,
      remedy: `take 'SMTP' out`,
    },
  ];
}

function lackingMail(
  at: Path,
  service: 'POP' | 'IMAP',
  placements: readonly Placement[],
): readonly Finding[] {
  const declared = placements.flatMap((placement) => {
    const protocol = placement.protocols.find((each) => each.row.service === service);
    return protocol === undefined ? [] : [{ placement, host: protocol.host }];
  });
  if (placements.length > 0 && declared.length === 0) {
    const word = service.toLowerCase();
    return [
      {
        path: at,
        problem: `no server has a declared name of ${service} to ask for`,
        remedy: `declare it: mailProtocols: { ${word}: { host: '${word}.contoso.com' } }; or take '${service}' out`,
      },
    ];
  }
  const without = declared.filter(
    ({ placement, host }) => mailCertificate(placement, service, host) === undefined,
  );
  return [...new Set(without.map(({ host }) => host))].map((host) => {
    const servers = without.filter((one) => one.host === host);
    const names = servers.map(({ placement }) => placement.server.name).join(', ');
    return {
      path: at,
      problem: `no certificate that is declared for ${names} has '${host}', the name of ${service} there`,
      remedy: `give one of theirs that name, or take '${service}' out`,
    };
  });
}

function lackingPages(at: Path, placements: readonly Placement[]): readonly Finding[] {
  const having = placements.filter(({ server }) => existsIn(HEALTH_SETS_LIFESPAN, server.version));
  const [first] = placements;
  if (first !== undefined && having.length === 0) {
    return [
      {
        path: at,
        problem: `${withVersion(first.server)} has no healthcheck.htm, nor has any other server: it exists in ${lifespanText(HEALTH_SETS_LIFESPAN)}`,
        remedy: 'take it out: older servers are checked by their services',
      },
    ];
  }
  return lackingWeb(at, having);
}
