import type { ExchangeSiteProps } from './site';
import { ExchangeVersion } from './versions';

/** In place of an endpoint: the environment of the machine that runs Terraform says it. */
export const FROM_ENVIRONMENT = 'environment';

/**
 * Exchange 2007 has no endpoint of its own for PowerShell, and its cmdlets for certificates act on the server that they
 * run on: only a Windows PowerShell on that server, with its snap-in, does anything for it.
 */
export function needsEndpoint(version: ExchangeVersion): boolean {
  return version === ExchangeVersion.V2007;
}

/** A server from 2013 on is reached by the session of the organization, which its cmdlets may be sent to from any other. */
export function mayHaveEndpoint(version: ExchangeVersion): boolean {
  return !version.isAtLeast(ExchangeVersion.V2013);
}

/** A server whose steps run in a session of its own. */
export interface OwnSession {
  readonly server: string;
  /** Or `environment`. */
  readonly endpoint: string;
  readonly version: ExchangeVersion;
}

/** In the order of the declaration. */
export function ownSessions({ servers }: ExchangeSiteProps): readonly OwnSession[] {
  return servers.flatMap(({ name, endpoint, version }) =>
    endpoint === undefined ? [] : [{ server: name, endpoint, version }],
  );
}
