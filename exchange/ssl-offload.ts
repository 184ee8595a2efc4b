import type { Path } from '../schema';
import { hasOn } from './builds';
import { saidOf } from './said-of-server';
import { SERVICES } from './services';
import type { ExchangeSiteProps, Server } from './site';
import { ExchangeVersion } from './versions';

/** The declared SSL offloading of a server, and its path. */
export interface PlacedOffload {
  readonly isOn: boolean;
  readonly path: Path;
}

/**
 * The setting of the server, else of its datacentre, else of the site; undefined where it stays as it is on the server.
 */
export function sslOffloadOf(site: ExchangeSiteProps, server: Server): PlacedOffload | undefined {
  const [nearest] = saidOf(site, server, 'sslOffload');
  return nearest && { isOn: nearest.value, path: nearest.path };
}

/** Microsoft's page lists only the directories for clients, and remote PowerShell is not one of them. */
const KEEP_TLS: readonly string[] = ['powershell'];

/**
 * The directories on which IIS must stop requiring TLS. Empty before Exchange 2013, where only Outlook Anywhere is
 * offloaded. https://learn.microsoft.com/exchange/configuring-ssl-offloading-in-exchange-2013-exchange-2013-help
 */
export function offloadedDirectories(server: Server): readonly string[] {
  return server.version.isAtLeast(ExchangeVersion.V2013)
    ? SERVICES.filter(({ service, lifespan }) => hasOn(lifespan, server) && !KEEP_TLS.includes(service)).map(
        ({ directory }) => directory,
      )
    : [];
}
