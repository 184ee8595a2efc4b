import { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';
import type { DnsUpdate } from './dns-updates';
import { PROVIDER_SOURCE, PROVIDER_VERSION } from '../exchange/provider-address';

/** The local name of the provider in a stack, with which its resource types begin. */
export const PROVIDER_NAME = 'exchange';

export interface ExchangeProviderConfig {
  /** The declared version of each server, by its name: `{ BsAEX01: '2013' }`. */
  readonly servers: { readonly [server: string]: string };
  /** The endpoints of servers with a session of their own, by name of the server. */
  readonly serverEndpoints: { readonly [server: string]: string };
  /** The names of the servers in the order of their rollout. */
  readonly rollout: readonly string[];
  /** The servers that are taken out of service for steps that would interrupt their clients. */
  readonly maintenance: readonly MaintenanceBlock[];
  /** The Autodiscover URLs that the servers hand out, where they differ. */
  readonly autodiscoverUrls: readonly string[];
  /** The host names by which the servers of the site are reached. */
  readonly siteHosts: readonly string[];
  /**
   * Names that the certificate of the site must have. The endpoints of `siteHosts` may show a certificate that is valid
   * for one of these names.
   */
  readonly siteCertificateNames: readonly string[];
  /** The zones whose servers are asked, before anything runs, whether they take updates. */
  readonly dnsUpdates: readonly DnsUpdate[];
  /** The certificates of PFX files without their keys, so that a plan needs neither the files nor their passwords. */
  readonly publicCertificates: readonly PublicCertificate[];
  /** All certificates of the site, where it declares several. */
  readonly siteCertificates: readonly SiteCertificateBlock[];
  /**
   * The endpoint of Exchange. Credentials never stand in a declaration.
   *
   * @default EXCHANGE_ENDPOINT
   */
  readonly endpoint?: string;
}

/** A block `maintenance` of the provider. */
export interface MaintenanceBlock {
  readonly server: string;
  /** FQDN of the server that takes over its queued messages. */
  readonly redirect_to?: string;
}

/** A block `public_certificate` of the provider. */
export interface PublicCertificate {
  readonly pfx_file: string;
  readonly pfx_password: string;
  /** The file that the certificate comes from, for messages. */
  readonly file: string;
  readonly pem: string;
  /** Left out: all servers of the site have it. */
  readonly servers?: readonly string[];
}

/** A block `site_certificate` of the provider. */
export interface SiteCertificateBlock {
  readonly name: string;
  readonly pfx_file: string;
  readonly services: readonly string[];
  /** The servers that have it. */
  readonly servers: readonly string[];
}

/** The provider of the Exchange objects. */
export class ExchangeProvider extends TerraformProvider {
  constructor(scope: Construct, id: string, config: ExchangeProviderConfig) {
    super(scope, id, {
      terraformResourceType: PROVIDER_NAME,
      terraformGeneratorMetadata: { providerName: PROVIDER_NAME, providerVersion: PROVIDER_VERSION },
      terraformProviderSource: PROVIDER_SOURCE,
    });
    // Set as overrides, because cdktf would turn the keys of these maps, which are server names, into snake_case.
    this.addOverride('servers', config.servers);
    if (Object.keys(config.serverEndpoints).length > 0) {
      this.addOverride('server_endpoints', config.serverEndpoints);
    }
    this.addOverride('rollout', config.rollout);
    if (config.maintenance.length > 0) this.addOverride('maintenance', config.maintenance);
    if (config.autodiscoverUrls.length > 0) this.addOverride('autodiscover_urls', config.autodiscoverUrls);
    this.addOverride('site_hosts', config.siteHosts);
    this.addOverride('site_certificate_names', config.siteCertificateNames);
    this.addOverride('dns_update', config.dnsUpdates);
    if (config.publicCertificates.length > 0) {
      this.addOverride('public_certificate', config.publicCertificates);
    }
    if (config.siteCertificates.length > 0) this.addOverride('site_certificate', config.siteCertificates);
    if (config.endpoint !== undefined) this.addOverride('endpoint', config.endpoint);
  }
}
