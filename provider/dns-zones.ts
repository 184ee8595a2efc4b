import { DnsClient, type DnsClientOptions } from '../dns/client';
import { DnsError } from '../dns/dns-error';
import { fold, isWithin } from '../dns/name';
import { nameStanding, type NameStanding } from '../dns/name-standing';
import type { Environment } from '../dns/update-settings';
import type { Side } from '../exchange/given-names';
import { type Diagnostic, isKnown, path, type Values } from '../schema';
import type { DnsUpdate } from './dns-update-block';
import { type Refusal, refusalProblem, updateRefusal, updateWay } from './dns-updates';

/** What the server of a zone told of a name. */
export type NameAnswer = {
  /** Absolute. */
  readonly zone: string;
  /** For people: `192.0.2.53 port 53`, or `its server` where it is not known which. */
  readonly server: string;
} & (
  | { readonly kind: 'told'; readonly standing: NameStanding }
  | {
      readonly kind: 'untold';
      readonly reason: string;
      /** Why is among the `problems` of the zones already. */
      readonly isSaid: boolean;
    }
);

interface AskedZone {
  readonly zone: string;
  readonly server: string;
  readonly client?: DnsClient;
  readonly refusal?: Refusal;
}

interface ZoneBlock {
  readonly zone: string;
  readonly side: Side;
  /** Where its settings stand, for people. */
  readonly place: string;
  readonly update: DnsUpdate;
  readonly index: number;
}

/** The zones that hold records of the site. What their servers are asked, they are asked once in a run. */
export class DnsZones {
  readonly #blocks: readonly ZoneBlock[];
  readonly #zones = new Map<ZoneBlock, Promise<AskedZone>>();
  readonly #names = new Map<string, Promise<NameAnswer>>();

  /** @param updates blocks of the configuration; one with an unknown value is left to a later call */
  constructor(
    updates: readonly Values[],
    private readonly environment: Environment,
  ) {
    const hasViews = updates.some(({ view }) => view === 'external');
    this.#blocks = updates.flatMap((values, index) => {
      if (!Object.values(values).every(isKnown)) return [];
      const update = values as DnsUpdate;
      const side: Side = update.view === 'external' ? 'external' : 'internal';
      const place = `in ${hasViews ? `dns.${side}` : 'dns'}.zones of the declaration`;
      return [{ zone: absolute(update.zone), side, place, update, index }];
    });
  }

  /**
   * Which zones take no updates.
   *
   * @param severity of a refusal; an account that only plans may lack the key
   */
  async problems(severity: 'error' | 'warning'): Promise<readonly Diagnostic[]> {
    const found = await Promise.all(
      this.#blocks.map(async (block) => {
        const { refusal } = await this.#zone(block);
        return refusal === undefined
          ? []
          : [refusalProblem(block.update.zone, refusal, severity, path('dns_update', block.index))];
      }),
    );
    return found.flat();
  }

  /**
   * What stands under a host name in a view; undefined where it is in none of its zones, or its zone is not known yet.
   *
   * @param host with or without the dot at its end
   */
  standing(host: string, view: Side = 'internal'): Promise<NameAnswer | undefined> {
    const name = absolute(host);
    const block = this.#blocks
      .filter(({ zone, side }) => side === view && isWithin(name, zone))
      .sort((left, right) => right.zone.length - left.zone.length)[0];
    if (block === undefined) return Promise.resolve(undefined);
    const key = `${view} ${name}`;
    let answer = this.#names.get(key);
    if (answer === undefined) this.#names.set(key, (answer = this.#ask(name, block)));
    return answer;
  }

  /** From now on names are asked for anew. */
  forgetNames(): void {
    this.#names.clear();
  }

  async #ask(name: string, block: ZoneBlock): Promise<NameAnswer> {
    const { zone } = block;
    const { client, refusal, server } = await this.#zone(block);
    const untold = (reason: string, isSaid: boolean): NameAnswer => ({
      kind: 'untold',
      zone,
      server,
      reason,
      isSaid,
    });
    // Whoever does not answer would not answer now.
    if (client === undefined || refusal?.unheard) return untold(refusal?.reason ?? '', true);
    try {
      return { kind: 'told', zone, server, standing: await nameStanding(client, zone, name) };
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      return untold(error.message, refusal !== undefined);
    }
  }

  #zone(block: ZoneBlock): Promise<AskedZone> {
    let asked = this.#zones.get(block);
    if (asked === undefined) this.#zones.set(block, (asked = askZone(block, this.environment)));
    return asked;
  }
}

async function askZone({ zone, place, update }: ZoneBlock, environment: Environment): Promise<AskedZone> {
  const way = updateWay(update, environment, place);
  if ('reason' in way) return { zone, server: 'its server', refusal: way };
  const server = `${way.server} port ${way.port}`;
  const refusal = await updateRefusal(zone, new DnsClient(way), way, place);
  // Everybody may ask what stands under a name; only who changes it must prove who he is.
  return {
    zone,
    server,
    client: new DnsClient(withoutKerberos(way)),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function withoutKerberos({ kerberos: _, ...options }: DnsClientOptions): DnsClientOptions {
  return options;
}

const absolute = (name: string) => fold(name.endsWith('.') ? name : `${name}.`);
