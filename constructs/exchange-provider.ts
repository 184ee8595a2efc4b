import { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';
import type { DnsUpdate } from './dns-updates';
import { PROVIDER_SOURCE, PROVIDER_VERSION } from '../exchange/provider-address';

/** The provider's name in a stack, with which the names of its resources begin. */
export const PROVIDER_NAME = 'exchange';

export interface ExchangeProviderConfig {
  /** Declared version of each server, by its name: `{ BsAEX01: '2013' }`. */
  readonly servers: { readonly [server: string]: string };
  /** Where the sessions of servers that have one of their own are opened, by the names of the servers. */
  readonly serverEndpoints: { readonly [server: string]: string };
  /** Names of the servers in the order in which they are rolled out. */
  readonly rollout: readonly string[];
  /** Servers that are drained around what their clients would feel. */
  readonly maintenance: readonly MaintenanceBlock[];
  /** URLs of Autodiscover that the servers hand out, where they are several. */
  readonly autodiscoverUrls: readonly string[];
  /** Names by which the servers of the site are reached. */
  readonly siteHosts: readonly string[];
  /** Names that the site's certificate must have; that of the endpoint of these servers may be valid for one of them. */
  readonly siteCertificateNames: readonly string[];
  /** Zones of which is asked, before anything runs, whether their servers take updates. */
  readonly dnsUpdates: readonly DnsUpdate[];
  /** Certificates in PFX files, so that a plan needs neither these files nor their passwords. */
  readonly publicCertificates: readonly PublicCertificate[];
  /** All certificates of the site, where it has several. */
  readonly siteCertificates: readonly SiteCertificateBlock[];
  /**
   * Where Exchange is reached. Credentials never stand here.
   *
   * @default EXCHANGE_ENDPOINT
   */
  readonly endpoint?: string;
}

/** A block `maintenance` of the provider. */
export interface MaintenanceBlock {
  readonly server: string;
  /** Name with its domain of the server that takes over its messages. */
  readonly redirect_to?: string;
}

/** A block `public_certificate` of the provider. */
export interface PublicCertificate {
  readonly pfx_file: string;
  readonly pfx_password: string;
  /** The file that it comes from, for messages. */
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
  /** That have it. */
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
    // As overrides, because cdktf turns the keys of a provider's attributes, server names too, into snake_case.
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
