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

/** The doors of a server, in the order of their places. */
export interface Doors {
  readonly found: readonly DoorFinding[];
  /** How to come in; left out where there is no door at all. */
  readonly advice?: string;
}

export interface DoorsOptions {
  /**
   * Milliseconds for each door; all are looked at at once.
   *
   * @default 3000
   */
  readonly timeoutMs?: number;
  /**
   * Where doors are looked for, but for that of the endpoint.
   *
   * @default their standard ports
   */
  readonly ports?: Ports;
  /**
   * What the servers of the site may show over HTTPS, where the endpoint does not say it itself.
   *
   * @default their own names
   */
  readonly names?: readonly ExpectedNames[];
}

const LOOK_MS = 3_000;

/** Looks at the doors of the server of an endpoint, without signing in; none of a process. Never rejects. */
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

/** As the provider would trust. A file that is of no use is told where the session is opened. */
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

/** Through the proxy goes what the provider itself would send through it. */
function throughProxy(place: Place, environment: Environment): Pick<LookOptions, 'proxy'> {
  const proxy = proxyOf(new URL(addressOf(place)), environment);
  return proxy === undefined ? {} : { proxy };
}
