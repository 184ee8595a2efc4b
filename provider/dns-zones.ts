import { DnsClient, type DnsClientOptions } from '../dns/client';
import { DnsError } from '../dns/dns-error';
import { fold, isWithin } from '../dns/name';
import { nameStanding, type NameStanding } from '../dns/name-standing';
import type { Environment } from '../dns/update-settings';
import type { Side } from '../exchange/given-names';
import { type Diagnostic, isKnown, path, type Values } from '../schema';
import type { DnsUpdate } from './dns-update-block';
import { type Refusal, refusalProblem, updateRefusal, updateOptionsFor } from './dns-updates';

/** What the server of a zone answered about a name. */
export type NameAnswer = {
  /** Absolute. */
  readonly zone: string;
  /** As diagnostics name it: `192.0.2.53 port 53`, or `its server` where its address is not known. */
  readonly server: string;
} & (
  | { readonly kind: 'answered'; readonly standing: NameStanding }
  | {
      readonly kind: 'unanswered';
      readonly reason: string;
      /** Whether `problems` of the zones already reports the reason. */
      readonly isReported: boolean;
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
  /** Where its settings are declared, as diagnostics name it. */
  readonly place: string;
  readonly update: DnsUpdate;
  readonly index: number;
}

/** The zones that hold records of the site. Each question to their servers is asked once in a run. */
export class DnsZones {
  readonly #blocks: readonly ZoneBlock[];
  readonly #zones = new Map<ZoneBlock, Promise<AskedZone>>();
  readonly #names = new Map<string, Promise<NameAnswer>>();

  /**
   * @param updates blocks of the configuration. One with an unknown value is skipped until Terraform configures the
   * provider again
   */
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
   * The diagnostics for zones that take no updates.
   *
   * @param severity of a refusal: an account that only plans may lack the key
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
   * The records of a host name in a view; undefined where no zone of the view holds the name, or its zone is not known
   * yet.
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

  /** Makes the next questions about names go to the servers again. */
  forgetNames(): void {
    this.#names.clear();
  }

  async #ask(name: string, block: ZoneBlock): Promise<NameAnswer> {
    const { zone } = block;
    const { client, refusal, server } = await this.#zone(block);
    const unanswered = (reason: string, isReported: boolean): NameAnswer => ({
      kind: 'unanswered',
      zone,
      server,
      reason,
      isReported,
    });
    // A server that did not answer the test of updates would not answer this question either.
    if (client === undefined || refusal?.noAnswer) return unanswered(refusal?.reason ?? '', true);
    try {
      return { kind: 'answered', zone, server, standing: await nameStanding(client, zone, name) };
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      return unanswered(error.message, refusal !== undefined);
    }
  }

  #zone(block: ZoneBlock): Promise<AskedZone> {
    let asked = this.#zones.get(block);
    if (asked === undefined) this.#zones.set(block, (asked = askZone(block, this.environment)));
    return asked;
  }
}

async function askZone({ zone, place, update }: ZoneBlock, environment: Environment): Promise<AskedZone> {
  const options = updateOptionsFor(update, environment, place);
  if ('reason' in options) return { zone, server: 'its server', refusal: options };
  const server = `${options.server} port ${options.port}`;
  const refusal = await updateRefusal(zone, new DnsClient(options), options, place);
  // Questions are sent without Kerberos: everybody may ask, and only a change needs authentication.
  return {
    zone,
    server,
    client: new DnsClient(withoutKerberos(options)),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function withoutKerberos({ kerberos: _, ...options }: DnsClientOptions): DnsClientOptions {
  return options;
}

const absolute = (name: string) => fold(name.endsWith('.') ? name : `${name}.`);
