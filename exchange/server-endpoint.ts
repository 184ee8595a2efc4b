import type { ExchangeSiteProps } from './site';
import { ExchangeVersion } from './versions';

/**
 * The value of `endpoint` that stands for the variable EXCHANGE_SERVER_ENDPOINTS of the machine that runs Terraform.
 */
export const FROM_ENVIRONMENT = 'environment';

/**
 * Exchange 2007 has no remote PowerShell endpoint, and its certificate cmdlets act on the server that they run on. It
 * can be managed only in a Windows PowerShell on the server itself, with the Exchange snap-in.
 */
export function needsEndpoint(version: ExchangeVersion): boolean {
  return version === ExchangeVersion.V2007;
}

/** Servers of 2013 and later need none: the session of the organization manages all of them. */
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
