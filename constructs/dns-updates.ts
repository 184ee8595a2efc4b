import { DnsProvider } from '@cdktf/provider-dns/lib/provider';
import type { Construct } from 'constructs';
import type { Zone } from '../exchange/site';
import { SecretVariable } from './secret-variable';

/** Settings of where the updates of a zone go; zones with the same settings share a provider. */
function settingsOf(zone: Zone): string {
  const { server, port, keyName, keyAlgorithm, transport, timeoutSeconds } = zone;
  return JSON.stringify([server, port, keyName, keyAlgorithm, transport, timeoutSeconds]);
}

const wordOf = (zone: Zone) => zone.name.toLowerCase().replace(/\.$/, '').replaceAll('.', '_');

/** The providers of hashicorp/dns for the zones of a site: one for each way in which updates are sent. */
export class DnsUpdates {
  readonly #providers = new Map<string, DnsProvider>();

  constructor(scope: Construct, zones: readonly Zone[]) {
    for (const zone of zones) {
      const settings = settingsOf(zone);
      if (this.#providers.has(settings)) continue;
      // The first has no alias, so that a zone with settings of its own changes nothing of the ones before it.
      const suffix = this.#providers.size === 0 ? '' : `_${wordOf(zone)}`;
      this.#providers.set(settings, provider(scope, zone, suffix));
    }
  }

  providerOf(zone: Zone): DnsProvider {
    const found = this.#providers.get(settingsOf(zone));
    if (found === undefined) throw new TypeError(`There is no DNS provider for the zone ${zone.name}.`);
    return found;
  }
}

function provider(scope: Construct, zone: Zone, suffix: string): DnsProvider {
  const { server, port, keyName, keyAlgorithm, transport, timeoutSeconds } = zone;
  const update = {
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
  return new DnsProvider(scope, `dns${suffix}`, {
    ...(suffix === '' ? {} : { alias: wordOf(zone) }),
    // Without any setting there is no block: an empty one hides the provider's environment variables from it.
    ...(Object.keys(update).length === 0 ? {} : { update: [update] }),
  });
}
