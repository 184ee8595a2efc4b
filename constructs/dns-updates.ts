import { DnsProvider, type DnsProviderUpdate } from '@cdktf/provider-dns/lib/provider';
import type { Construct } from 'constructs';
import type { Side } from '../exchange/given-names';
import { idOf } from '../exchange/resource-id';
import type { Zone } from '../exchange/site';
import { SecretVariable } from './secret-variable';

/** Settings of where the updates of a zone go; zones with the same settings share a provider. */
function settingsOf(zone: Zone): string {
  const { server, port, keyName, keyAlgorithm, transport, timeoutSeconds } = zone;
  return JSON.stringify([server, port, keyName, keyAlgorithm, transport, timeoutSeconds]);
}

/** As hashicorp/dns takes it: with the dot at its end, and in one case, since another spelling is to it another zone. */
export const absoluteName = ({ name }: Zone) => `${name.toLowerCase().replace(/\.$/, '')}.`;

const wordOf = (zone: Zone) => zone.name.toLowerCase().replace(/\.$/, '').replaceAll('.', '_');

/** An internal zone may be called `external.contoso.com`. */
function wordIn(side: Side, zone: Zone): string {
  const word = wordOf(zone);
  return side === 'external' ? `external_${word}` : word.replace(/^external_/, 'external__');
}

/** Where updates of a zone go, as both providers take it; what is left out is taken from the environment. */
export interface DnsUpdate {
  readonly zone: string;
  readonly [setting: string]: unknown;
}

/** The providers of hashicorp/dns for the zones of a site: one for each way in which updates are sent. */
export class DnsUpdates {
  readonly #ways = new Map<string, { readonly update: DnsProviderUpdate; readonly provider: DnsProvider }>();

  constructor(scope: Construct, zones: readonly { readonly zone: Zone; readonly side: Side }[]) {
    for (const { zone, side } of zones) {
      const settings = settingsOf(zone);
      if (this.#ways.has(settings)) continue;
      const word = wordIn(side, zone);
      // The first has no alias, so that a zone with settings of its own changes nothing of the ones before it.
      const suffix = this.#ways.size === 0 ? '' : `_${word}`;
      const update = providerUpdate(scope, zone, suffix);
      const provider = new DnsProvider(scope, `dns${suffix}`, {
        ...(suffix === '' ? {} : { alias: idOf(word) }),
        // Without any setting there is no block: an empty one hides the provider's environment variables from it.
        ...(Object.keys(update).length === 0 ? {} : { update: [update] }),
      });
      this.#ways.set(settings, { update, provider });
    }
  }

  providerOf(zone: Zone): DnsProvider {
    return this.#wayOf(zone).provider;
  }

  /**
   * The same settings in Terraform's spelling, for the provider that asks whether updates would be taken.
   *
   * @param side that of the view that has the zone
   */
  updateOf(zone: Zone, side: Side): DnsUpdate {
    const settings = Object.entries(this.#wayOf(zone).update as { readonly [name: string]: unknown }).map(
      ([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value] as const,
    );
    return {
      zone: absoluteName(zone),
      ...(side === 'external' ? { view: side } : {}),
      ...Object.fromEntries(settings),
    };
  }

  #wayOf(zone: Zone) {
    const found = this.#ways.get(settingsOf(zone));
    if (found === undefined) throw new TypeError(`There is no DNS provider for the zone ${zone.name}.`);
    return found;
  }
}

function providerUpdate(scope: Construct, zone: Zone, suffix: string): DnsProviderUpdate {
  const { server, port, keyName, keyAlgorithm, transport, timeoutSeconds } = zone;
  return {
    ...(server === undefined ? {} : { server }),
    ...(port === undefined ? {} : { port }),
    ...(transport === undefined ? {} : { transport }),
    ...(timeoutSeconds === undefined ? {} : { timeout: String(timeoutSeconds) }),
    ...(keyAlgorithm === undefined ? {} : { keyAlgorithm }),
    ...(keyName === undefined
      ? {}
      : {
          // hashicorp/dns takes a key's name only with the dot at its end.
          keyName: keyName.endsWith('.') ? keyName : `${keyName}.`,
          keySecret: new SecretVariable(
            scope,
            `dns_key_secret${suffix}`,
            `Secret of the TSIG key ${keyName}, base64. Left out: DNS_UPDATE_KEYSECRET.`,
          ).stringValue,
        }),
  };
}
