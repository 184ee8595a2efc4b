import type { Path } from '../schema';
import { hasOn } from './builds';
import { saidOf } from './said-of-server';
import { SERVICES } from './services';
import type { ExchangeSiteProps, Server } from './site';
import { ExchangeVersion } from './versions';

/** Whether something before a server ends TLS, and where that is declared. */
export interface PlacedOffload {
  readonly isOn: boolean;
  readonly path: Path;
}

/** What the server says, then its datacentre, then the site; undefined where it stays as it is on the server. */
export function sslOffloadOf(site: ExchangeSiteProps, server: Server): PlacedOffload | undefined {
  const [nearest] = saidOf(site, server, 'sslOffload');
  return nearest && { isOn: nearest.value, path: nearest.path };
}

/** Not on the page: it names the directories of clients. */
const KEEP_TLS: readonly string[] = ['powershell'];

/**
 * Directories on which IIS requires TLS after Setup. There are none before Exchange 2013, where only Outlook Anywhere is
 * offloaded from here. https://learn.microsoft.com/exchange/configuring-ssl-offloading-in-exchange-2013-exchange-2013-help
 */
export function offloadedDirectories(server: Server): readonly string[] {
  return server.version.isAtLeast(ExchangeVersion.V2013)
    ? SERVICES.filter(({ service, lifespan }) => hasOn(lifespan, server) && !KEEP_TLS.includes(service)).map(
        ({ directory }) => directory,
      )
    : [];
}
