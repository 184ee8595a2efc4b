import { formatPath, type Path } from '../../schema';
import { hasComponentStates } from '../declared-maintenance';
import { MAIL_PROTOCOLS } from '../mail-protocols';
import type { Placement } from '../topology';
import type { Rule } from './rule';

export const maintenanceMailProtocols: Rule = {
  id: 'maintenance-mail-protocols',
  severity: 'warning',
  description:
    'A server with maintenance offers neither POP nor IMAP. Their services stop during maintenance and may have to be started by hand (https://learn.microsoft.com/powershell/module/exchangepowershell/set-servercomponentstate), which no deploy does.',
  check: ({ topology }) => {
    const stopping = topology.placements.flatMap((placement) => {
      const { maintenance, server } = placement;
      const services = mailServices(placement);
      return maintenance !== undefined && hasComponentStates(server) && services.length > 0
        ? [{ path: maintenance.path, name: server.name, services }]
        : [];
    });
    const places = new Map<string, Path>(stopping.map(({ path }) => [formatPath(path), path]));
    return [...places].map(([place, path]) => {
      const here = stopping.filter((each) => formatPath(each.path) === place);
      const names = here.map(({ name }) => name).join(', ');
      return {
        path,
        problem: `the services of POP and IMAP of ${names} stop when the server is drained, and may stay so`,
        remedy: `after each deploy that drains it, look on the server and start them (Start-Service ${[...new Set(here.flatMap(({ services }) => services))].join(', ')}), or declare maintenance: false for ${names}`,
      };
    });
  },
};

/**
 * Windows services of the mail protocols that are declared or have a certificate. Servers of 2013 and later have all of
 * them.
 */
function mailServices({ protocols, certificates }: Placement): readonly string[] {
  return MAIL_PROTOCOLS.filter(
    ({ service }) =>
      protocols.some(({ row }) => row.service === service) ||
      certificates.some(({ declared }) => declared.services.includes(service)),
  ).flatMap(({ windowsServices }) => windowsServices.map(({ name }) => name));
}
