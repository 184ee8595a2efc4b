import type { NamingService, Side } from './given-names';
import type { Server } from './site';
import type { Placement } from './topology';

/** A service of a server, and its name for clients of one side of the firewall. */
export interface GivenService {
  readonly server: Server;
  readonly service: NamingService;
  readonly host: string;
}

/** The services that have a name on a side, except remote PowerShell, which no load balancer or proxy forwards. */
export function givenServices(
  { server, autodiscover, outlookAnywhere, directories }: Placement,
  side: Side,
): readonly GivenService[] {
  const all: readonly GivenService[] = [
    { server, service: 'autodiscover', host: autodiscover.host },
    ...(outlookAnywhere.enabled === false
      ? []
      : [{ server, service: 'outlookAnywhere' as const, host: outlookAnywhere.hosts[side] }]),
    ...directories.flatMap(({ row, hosts }) =>
      hosts === undefined || row.service === 'powershell'
        ? []
        : [{ server, service: row.service, host: hosts[side] }],
    ),
  ];
  return all.filter(({ host }) => host !== '');
}
