import {
  DnsProvider,
  type DnsProviderUpdate,
  type DnsProviderUpdateGssapi,
} from '@cdktf/provider-dns/lib/provider';
import type { Construct } from 'constructs';
import type { Side } from '../exchange/given-names';
import { idOf } from '../exchange/resource-id';
import type { KerberosUpdates, Zone } from '../exchange/site';
import { SecretVariable } from './secret-variable';
import { templateText } from './template-text';

/** The update settings of a zone, as a key: zones with the same settings share a provider. */
function settingsOf(zone: Zone): string {
  const { server, port, keyName, keyAlgorithm, kerberos, transport, timeoutSeconds } = zone;
  const { realm, user, keytabFile } = kerberos ?? {};
  return JSON.stringify([
    server,
    port,
    keyName,
    keyAlgorithm,
    transport,
    timeoutSeconds,
    realm,
    user,
    keytabFile,
  ]);
}

/**
 * The name of a zone as hashicorp/dns needs it: with a dot at its end, and in lower case, since it takes another
 * spelling for another zone.
 */
export const absoluteName = ({ name }: Zone) => `${name.toLowerCase().replace(/\.$/, '')}.`;

const identifierOf = (zone: Zone) => zone.name.toLowerCase().replace(/\.$/, '').replaceAll('.', '_');

/**
 * Names the provider of a zone. The prefix keeps an internal zone called `external.contoso.com` apart from an external
 * one.
 */
function identifierIn(side: Side, zone: Zone): string {
  const word = identifierOf(zone);
  return side === 'external' ? `external_${word}` : word.replace(/^external_/, 'external__');
}

/**
 * The `update` settings of a zone, for both providers. Each provider reads settings that are left out from its
 * environment.
 */
export interface DnsUpdate {
  readonly zone: string;
  readonly [setting: string]: unknown;
}

/** The providers of hashicorp/dns for the zones of a site: one for each distinct set of update settings. */
export class DnsUpdates {
  readonly #providers = new Map<
    string,
    { readonly update: DnsProviderUpdate; readonly provider: DnsProvider }
  >();

  /** @param fromStack makes a path of the declaration relative to the folder in which Terraform runs */
  constructor(
    scope: Construct,
    zones: readonly { readonly zone: Zone; readonly side: Side }[],
    fromStack: (file: string) => string,
  ) {
    for (const { zone, side } of zones) {
      const settings = settingsOf(zone);
      if (this.#providers.has(settings)) continue;
      const word = identifierIn(side, zone);
      // The first provider has no alias, so that adding a zone with other settings does not change the existing ones.
      const suffix = this.#providers.size === 0 ? '' : `_${word}`;
      const update = providerUpdate(scope, zone, suffix, fromStack);
      const provider = new DnsProvider(scope, `dns${suffix}`, {
        ...(suffix === '' ? {} : { alias: idOf(word) }),
        // Without settings the block is left out: an empty block makes the provider ignore its environment variables.
        ...(Object.keys(update).length === 0 ? {} : { update: [update] }),
      });
      this.#providers.set(settings, { update, provider });
    }
  }

  providerOf(zone: Zone): DnsProvider {
    return this.#wayOf(zone).provider;
  }

  /**
   * The update settings of a zone in Terraform's spelling, for the exchange provider, which asks the server whether it
   * would take updates.
   *
   * @param side of the view that holds the zone
   */
  updateOf(zone: Zone, side: Side): DnsUpdate {
    const { gssapi, ...own } = this.#wayOf(zone).update as Update;
    const settings = Object.entries({ ...own, ...gssapi?.[0] }).map(
      ([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value] as const,
    );
    return {
      zone: absoluteName(zone),
      ...(side === 'external' ? { view: side } : {}),
      ...Object.fromEntries(settings),
    };
  }

  #wayOf(zone: Zone) {
    const found = this.#providers.get(settingsOf(zone));
    if (found === undefined) throw new TypeError(`There is no DNS provider for the zone ${zone.name}.`);
    return found;
  }
}

/** The `update` block as this file writes it. */
type Update = Omit<DnsProviderUpdate, 'gssapi'> & { readonly gssapi?: readonly DnsProviderUpdateGssapi[] };

function providerUpdate(
  scope: Construct,
  zone: Zone,
  suffix: string,
  fromStack: (file: string) => string,
): DnsProviderUpdate {
  const { server, port, keyName, keyAlgorithm, kerberos, transport, timeoutSeconds } = zone;
  return {
    // The Kerberos principal of a server has its name in lower case; Kerberos takes another spelling for another
    // principal.
    ...(server === undefined ? {} : { server: kerberos === undefined ? server : server.toLowerCase() }),
    ...(port === undefined ? {} : { port }),
    ...(transport === undefined ? {} : { transport }),
    ...(timeoutSeconds === undefined ? {} : { timeout: String(timeoutSeconds) }),
    ...(keyAlgorithm === undefined ? {} : { keyAlgorithm }),
    ...(keyName === undefined
      ? {}
      : {
          // hashicorp/dns takes the name of a key only with a dot at its end.
          keyName: keyName.endsWith('.') ? keyName : `${keyName}.`,
          keySecret: new SecretVariable(
            scope,
            `dns_key_secret${suffix}`,
            `Secret of the TSIG key ${keyName}, base64. Left out: DNS_UPDATE_KEYSECRET.`,
          ).stringValue,
        }),
    ...(kerberos === undefined ? {} : { gssapi: [signedBy(scope, kerberos, suffix, fromStack)] }),
  };
}

function signedBy(
  scope: Construct,
  { realm, user, keytabFile }: KerberosUpdates,
  suffix: string,
  fromStack: (file: string) => string,
): DnsProviderUpdateGssapi {
  if (user === undefined) return { realm };
  const username = templateText(user);
  if (keytabFile !== undefined) return { realm, username, keytab: templateText(fromStack(keytabFile)) };
  const password = new SecretVariable(
    scope,
    `dns_password${suffix}`,
    `Password of ${user} in ${realm}, who signs updates of DNS by Kerberos. Left out: DNS_UPDATE_PASSWORD.`,
  ).stringValue;
  return { realm, username, password };
}
