import { ENVIRONMENT } from '../../../provider/configuration';
import type { Endpoint } from '../../../provider/endpoint';
import type { Environment } from '../../../provider/environment';
import { RemotingError } from '../../../remoting/remoting-error';
import { readTrust, type ExpectedNames } from '../../../remoting/transports/wsman/tls';
import { proxyOf } from '../../../remoting/transports/wsman/transport';
import { advice } from './advice';
import type { DoorFinding } from './door';
import { judged } from './judgement';
import { look, type LookOptions } from './look';
import { addressOf, placesOf, type Place, type Ports } from './place';

/** The doors of a server, in the order in which they were looked for. */
export interface Doors {
  readonly found: readonly DoorFinding[];
  /** How to connect. Left out where there is no door at all. */
  readonly advice?: string;
}

export interface DoorsOptions {
  /**
   * Milliseconds for each door. All are looked at at the same time.
   *
   * @default 3000
   */
  readonly timeoutMs?: number;
  /**
   * The ports to look at, apart from that of the endpoint.
   *
   * @default the standard ports
   */
  readonly ports?: Ports;
  /**
   * The names that servers of the site may have on their HTTPS certificates, where the endpoint does not say so itself.
   *
   * @default each server's own name
   */
  readonly names?: readonly ExpectedNames[];
}

const LOOK_MS = 3_000;

/** Looks for the doors of an endpoint's server, without signing in. A process has none. Never rejects. */
export async function lookForDoors(
  endpoint: Endpoint,
  environment: Environment,
  { timeoutMs = LOOK_MS, ports, names = [] }: DoorsOptions = {},
): Promise<Doors> {
  const trust = trustFor(endpoint, environment, names);
  const found = await Promise.all(
    placesOf(endpoint, ports).map(async (place) =>
      judged(place, await look(place, { timeoutMs, trust, ...throughProxy(place, environment) }), endpoint),
    ),
  );
  const said = advice(found.flat(), endpoint);
  return { found: found.flat(), ...(said === undefined ? {} : { advice: said }) };
}

/**
 * The certificates that the provider would accept. A file that cannot be used is reported where the session is opened.
 */
function trustFor(
  endpoint: Endpoint,
  environment: Environment,
  names: readonly ExpectedNames[],
): LookOptions['trust'] {
  const ofWsman = endpoint.kind === 'wsman' ? endpoint : undefined;
  const caFile = ofWsman?.caFile ?? environment[ENVIRONMENT.ca_file];
  const fingerprints = ofWsman?.fingerprints ?? undefined;
  try {
    return readTrust({
      ...(caFile === undefined || caFile === '' ? {} : { caFile }),
      ...(fingerprints === undefined ? {} : { fingerprints }),
      names: ofWsman?.names ?? names,
    });
  } catch (error) {
    if (!(error instanceof RemotingError)) throw error;
    return {};
  }
}

/** A proxy is used only where the provider itself would use it. */
function throughProxy(place: Place, environment: Environment): Pick<LookOptions, 'proxy'> {
  const proxy = proxyOf(new URL(addressOf(place)), environment);
  return proxy === undefined ? {} : { proxy };
}
