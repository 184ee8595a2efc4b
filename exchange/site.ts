import type { AcceptableFindingId } from './certificate-checks/finding-ids';
import type { AcceptableRuleId, ChangeableRuleId } from './rules/rule-ids';
import type { ConnectivityTest } from './resources/connectivity-test-names';
import type { WindowsVersion } from './windows';
import type { AuthenticatedService, ServiceName, SwitchOf, WatchedService } from './services';
export { ExchangeVersion } from './versions';
import type { ExchangeVersion as Version } from './versions';

/** The desired state of an Exchange site: servers, the names that clients use, the certificate, the DAG and DNS. */
export interface ExchangeSiteProps {
  /**
   * Servers in the order in which they are rolled out, unless `rollout` says otherwise. Add a new server at the end of
   * the list: then the only change to the servers before it is in the DNS record sets that hold their addresses.
   */
  readonly servers: readonly Server[];
  /**
   * The names that clients use. The URLs of all services and the DNS records are built from them. A datacentre or a
   * server may have names of its own. The most specific name counts: first the server's, then its datacentre's, then
   * the name given here.
   */
  readonly namespaces: Namespaces;
  /**
   * Settings that differ between datacentres, by the name that each server has in `datacentre`:
   * `{ lisbon: { namespaces: { … } } }`.
   *
   * @default the settings of the site hold in every datacentre
   */
  readonly datacentres?: { readonly [name: string]: Datacentre };
  /**
   * The certificate that clients see on every server. Or several certificates by name, each with its services and
   * servers.
   */
  readonly certificate: SiteCertificate | NamedCertificates;
  /**
   * The database availability group (DAG) of the servers, or a list of several. In a list, each DAG names its
   * `members`, and a server is a member of one DAG at most.
   *
   * @default none; a DAG that was never declared here stays as it is
   */
  readonly dag?: DatabaseAvailabilityGroup | readonly DatabaseAvailabilityGroup[];
  /** The zones in which the names are published, and the addresses that the names resolve to. */
  readonly dns: Dns;
  /**
   * The reverse proxy in the perimeter network that external clients connect to. In the external view of DNS, names
   * resolve to its address, except those in `elsewhere`. No deploy configures it: the plan files describe its
   * configuration step by step.
   *
   * @default none
   */
  readonly reverseProxy?: ReverseProxy;
  /**
   * Whether each server waits, before its certificate is installed, until the server before it has passed its health
   * gate. Or waves that together hold each server once: `[['EX01'], ['EX02', 'EX03']]`. Servers of one wave do not wait
   * for each other; each waits for the health gates of all servers in the wave before. Service connection points never
   * wait, and DNS always waits for all health gates.
   *
   * @default 'one-after-another'
   */
  readonly rollout?: 'one-after-another' | 'parallel' | readonly (readonly string[])[];
  /**
   * How clients of Outlook Anywhere sign in. On Exchange 2007 and 2010 this counts only on servers with Outlook
   * Anywhere enabled, and only `externalAuthentication` exists.
   *
   * @default 'Ntlm' for internal and external clients
   */
  readonly outlookAnywhere?: OutlookAnywhereOptions;
  /**
   * SSL offloading: whether a load balancer ends TLS and passes requests to the servers unencrypted. It needs Exchange
   * 2013 SP1 or later; on Exchange 2007 and 2010 it sets only Outlook Anywhere, where that is enabled. IIS must then
   * not require TLS: the plan says what to run on each server. It is not possible on Exchange 2019 and later, which
   * have Extended Protection.
   *
   * @default as it is on the servers; false for Outlook Anywhere where a server of 2007 or 2010 has it enabled
   */
  readonly sslOffload?: boolean;
  /**
   * The name that Autodiscover tells Outlook to expect on the certificate of Outlook Anywhere. There is one setting for
   * the whole organization.
   *
   * @default as it is; after Setup, Outlook expects the external name of Outlook Anywhere on the server that it asked
   */
  readonly outlookProvider?: OutlookProvider;
  /**
   * Which authentication methods the virtual directories offer: `{ ews: { basic: true } }`.
   *
   * @default as it is on the servers
   */
  readonly authentication?: Authentication;
  /**
   * How clients of MAPI over HTTP sign in.
   *
   * @default 'Ntlm', 'OAuth' and 'Negotiate' on 2013, whose cmdlet requires the parameter in every call; on later
   * versions as it is on the server
   */
  readonly mapiAuthentication?: readonly ('Basic' | 'Negotiate' | 'Ntlm' | 'OAuth')[];
  /**
   * POP and IMAP for mail programs. New settings take effect on a server when its POP and IMAP services are restarted.
   * No deploy restarts them; the plan says on which servers you must.
   *
   * @default as it is on the servers
   */
  readonly mailProtocols?: MailProtocols;
  /**
   * What a server's health gate checks before the next server begins, and before any DNS record is changed.
   *
   * @default all services and all declared protocols must be healthy within 15 minutes
   */
  readonly health?: Health;
  /**
   * Whether a server is put into maintenance before a step that interrupts its clients, and taken out of it afterwards,
   * also where the step failed. This happens only for objects that change; the plan shows the commands. Exchange 2007
   * has no maintenance.
   *
   * Queued messages are redirected to another member of its DAG, else to another server of its datacentre, else to any
   * server; `redirectTo` names one.
   *
   * @default false: no server is put into maintenance
   */
  readonly maintenance?: boolean | Maintenance;
  /**
   * Changes the severity of rules, by the id that stands in brackets behind each finding.
   * `{ 'dag-stretched': 'error' }` makes its finding stop the synth.
   * `{ 'dag-stretched': { accepted: 'second witness comes in May' } }` records why the finding is acceptable, and it is
   * no longer shown. An acceptance with nothing left to accept is reported.
   *
   * @default each rule has the severity in docs/reference/rules.md
   */
  readonly rules?: { readonly [rule in ChangeableRuleId]?: RuleChange };
  /**
   * The remote PowerShell endpoint of the organization.
   *
   * @default the environment variable EXCHANGE_ENDPOINT of the machine that runs Terraform; where that is not set and
   * every server has an endpoint of its own, that of the first server of the newest version
   */
  readonly connection?: Connection;
}

/** A server that runs Exchange. */
export interface Server {
  /**
   * Computer name, without a domain: `BsAEX01`. It is part of Terraform addresses: if you change its letter case,
   * Terraform rewrites its state, and the server itself does not change.
   */
  readonly name: string;
  /** Name with its domain: `BsAEX01.apatricio.local`. */
  readonly fqdn: string;
  /** IPv4 or IPv6 address at which clients or the load balancer reach the server, or several addresses. */
  readonly address: string | readonly string[];
  /**
   * Exchange version: `ExchangeVersion.V2016`. A plan stops where the server reports another version. Between 2019 and
   * the Subscription Edition, which are updated in place, the plan only warns.
   */
  readonly version: Version;
  /**
   * Its build, for example `15.0.847.32`. It matters for Exchange 2013 before SP1, which has no MAPI over HTTP, no SSL
   * offloading, and no DAG without an administrative access point.
   *
   * @default the server is taken to have every update that the declaration needs
   */
  readonly build?: string;
  /**
   * Endpoint of a session on this server itself: `https://cas01.contoso.com:5986/wsman` or
   * `ssh://admin@cas01.contoso.com`; with `'environment'` it is taken from the variable EXCHANGE_SERVER_ENDPOINTS. All
   * commands for this server then run in that session and in no other. Exchange 2007 needs one: a Windows PowerShell
   * session, into which the Exchange snap-in is loaded. Exchange 2010 may need its own,
   * `https://cas02.contoso.com/PowerShell/`, beside newer servers, which lack some of its cmdlets. Servers of 2013 and
   * later are reached by the session of the organization.
   *
   * @default the session of the organization, see `connection`
   */
  readonly endpoint?: string;
  /**
   * Name of the datacentre that the server stands in. A DAG across several datacentres should have an alternate
   * witness.
   *
   * @default all servers without a name here count as one datacentre
   */
  readonly datacentre?: string;
  /**
   * Whether Outlook Anywhere is enabled, on a server of Exchange 2007 or 2010. Setup leaves it disabled; enabled, it
   * has only an external name there. From Exchange 2013 on it is always enabled: leave this property out.
   *
   * @default as it is on the server
   */
  readonly outlookAnywhere?: 'enabled' | 'disabled';
  /**
   * Authentication methods of this server's virtual directories. Each switch set here overrides the same switch of its
   * datacentre and of the site.
   *
   * @default the setting of its datacentre, else of the site
   */
  readonly authentication?: Authentication;
  /**
   * POP and IMAP of this server. Each protocol set here overrides that of its datacentre and of the site.
   *
   * @default the setting of its datacentre, else of the site
   */
  readonly mailProtocols?: MailProtocols;
  /**
   * Names that override those of its datacentre and of the site for clients of this server:
   * `{ client: 'legacy.contoso.com' }`.
   *
   * @default the names of its datacentre, else of the site
   */
  readonly namespaces?: OwnNamespaces;
  /**
   * The addresses that its names resolve to in DNS.
   *
   * @default the setting of its datacentre, else of the DNS view
   */
  readonly publish?: Publishing;
  /**
   * Active Directory sites whose clients prefer the service connection point of this server (AutoDiscoverSiteScope).
   *
   * @default the setting of its datacentre, else as it is on the server
   */
  readonly autodiscoverSiteScope?: AutodiscoverSiteScope;
  /**
   * For a server of Exchange 2007: how servers of Exchange 2010 serve clients of mailboxes on it.
   *
   * @default the setting of its datacentre, else as follows from its names
   */
  readonly legacyClients?: LegacyClients;
  /**
   * Whether this server is put into maintenance around a step that interrupts its clients.
   *
   * @default the setting of its datacentre, else of the site
   */
  readonly maintenance?: boolean | Maintenance;
  /**
   * SSL offloading: whether a load balancer ends TLS before this server.
   *
   * @default the setting of its datacentre, else of the site
   */
  readonly sslOffload?: boolean;
}

/** Settings of the servers that stand in one datacentre. */
export interface Datacentre {
  /**
   * Names that override those of the site for clients of its servers.
   *
   * @default the names of the site
   */
  readonly namespaces?: OwnNamespaces;
  /**
   * The addresses that the names of its servers resolve to in DNS: usually the virtual address of its load balancer.
   *
   * @default the setting of the DNS view
   */
  readonly publish?: Publishing;
  /**
   * The failback URL's host name, `mailfb-lis.contoso.com`: Outlook on the web reaches the servers of this datacentre
   * by it while the datacentre is failed back, as the usual name still leads clients to the other datacentre. DNS
   * publishes it with the addresses of this datacentre, and the certificate must hold it. Clients use it only during a
   * failback, so you may replace it in a single deploy. `null` clears it on the servers. Exchange 2007 has no failback
   * URL.
   *
   * @default as it is on the servers
   */
  readonly failback?: string | null;
  /**
   * Authentication methods of its servers' virtual directories. Each switch set here overrides the same switch of the
   * site.
   *
   * @default the setting of the site
   */
  readonly authentication?: Authentication;
  /**
   * POP and IMAP of its servers. Each protocol set here overrides that of the site.
   *
   * @default the setting of the site
   */
  readonly mailProtocols?: MailProtocols;
  /**
   * Names of the Active Directory sites that its servers belong to, as `Get-ADReplicationSite` shows them. They are
   * only referred to: no site is created, and no server is moved.
   *
   * @default not known
   */
  readonly activeDirectorySites?: readonly string[];
  /**
   * Its subnets: `['10.1.0.0/24']`. Rules check the addresses of its servers and of their DAGs against them; nothing is
   * created from them.
   *
   * @default not known
   */
  readonly subnets?: readonly string[];
  /**
   * Active Directory sites whose clients prefer the service connection points of its servers (AutoDiscoverSiteScope).
   *
   * @default as it is on the servers: Setup sets the site that the server was in at the time
   */
  readonly autodiscoverSiteScope?: AutodiscoverSiteScope;
  /**
   * The client access array of its servers of Exchange 2010: the name by which internal Outlook clients reach them over
   * RPC.
   *
   * @default none; an array that was never declared here stays as it is
   */
  readonly clientAccessArray?: ClientAccessArray;
  /**
   * How servers of Exchange 2010 serve clients of mailboxes on its servers of Exchange 2007.
   *
   * @default as follows from the names of each server
   */
  readonly legacyClients?: LegacyClients;
  /**
   * Whether its servers are put into maintenance around a step that interrupts their clients.
   *
   * @default the setting of the site
   */
  readonly maintenance?: boolean | Maintenance;
  /**
   * SSL offloading: whether its load balancer ends TLS before its servers.
   *
   * @default the setting of the site
   */
  readonly sslOffload?: boolean;
}

/**
 * How newer servers serve clients whose mailboxes are still on a server of Exchange 2007. The plan files say what each
 * client experiences.
 */
export interface LegacyClients {
  /**
   * How Exchange 2010 serves ActiveSync devices. `redirect`: it answers devices that know Autodiscover with HTTP 451 and
   * the external URL of the old server, and proxies the others (the source is in `legacy-table.ts`). A device that gets
   * this answer and does not understand it stops syncing. Microsoft describes that for devices with protocol 12.1 and
   * earlier, before Update Rollup 6 of 2010 SP2 (knowledge base article 2751417, about two Active Directory sites).
   * `proxy`: it fetches their mail itself from the internal URL of the old server, whose external URL is then cleared.
   * Exchange 2013 always proxies.
   */
  readonly activesync: 'redirect' | 'proxy';
}

/** Names of Active Directory sites; `own`: the activeDirectorySites of the datacentre. */
export type AutodiscoverSiteScope = 'own' | readonly string[];

/**
 * The name by which internal Outlook clients reach the servers of Exchange 2010 in an Active Directory site over RPC
 * (not HTTP). It is published in the internal view of DNS only. That view needs a zone for it, or says in
 * `notPublished` why it does not hold it.
 */
export interface ClientAccessArray {
  /**
   * Host name that resolves only inside the firewall: `outlook.contoso.local`. It must not be one of the names in
   * `namespaces`, nor a name on the certificate.
   */
  readonly fqdn: string;
  /**
   * The Active Directory site of the array. Each site has one array at most.
   *
   * @default the only entry of the datacentre's activeDirectorySites, where it has exactly one
   */
  readonly activeDirectorySite?: string;
  /**
   * Whether the array exists before the first deploy. It is then imported, so that the plan shows its settings beside
   * the declared ones. From then on the site manages it: if you take it out of the declaration, it is removed.
   *
   * @default false: where one exists already, the plan names it and what differs
   */
  readonly existing?: boolean;
}

/**
 * Authentication methods by service: `{ ews: { basic: true, windows: true } }`. A switch that is left out stays as it
 * is on the server. IIS stores these switches, and reading them makes a plan slower.
 */
export type Authentication = {
  readonly [service in AuthenticatedService]?: { readonly [word in SwitchOf<service>]?: boolean };
};

/** A name for clients on both sides of the firewall, or one for each side. */
export type Namespace =
  | string
  | {
      /** For clients inside the firewall. */
      readonly internal: string;
      /** For clients outside the firewall; `null` clears the external URLs on the servers. */
      readonly external: string | null;
    };

/** A further name, for clients on both sides of the firewall, or on one side only. */
export type FurtherName =
  | string
  | {
      /** For clients inside the firewall only. */
      readonly internal: string;
    }
  | {
      /**
       * For clients outside the firewall. The internal view of DNS holds it too, where one of its zones contains the
       * name.
       */
      readonly external: string;
    };

/** Services that can have a name of their own. */
export type NamedService = Exclude<ServiceName, 'autodiscover'> | 'outlookAnywhere';

/** Host names, without `https://` and without a path. */
export interface Namespaces {
  /** The name for every client protocol: `webmail.contoso.com`. */
  readonly client: Namespace;
  /** The name for Autodiscover: `autodiscover.contoso.com`. */
  readonly autodiscover: string;
  /**
   * Names for single services. Remote PowerShell is managed only if it is named here: Setup registers each server's own
   * name, by which administrators reach that server, and a shared name would end this.
   *
   * @default every client service has the name in `client`; remote PowerShell stays as Setup left it
   */
  readonly services?: { readonly [service in NamedService]?: Namespace };
  /**
   * Further names that DNS publishes and the certificate covers, but that no URL uses. You need them to rename in three
   * deploys: publish the new name here; then swap the two, so that the URLs use the new name and the old one stays
   * published here; then remove the old one once clients have learned the new one. A plan that skips a step stops and
   * says what to write. If the old name was for one side of the firewall only, say so here too:
   * `{ internal: 'mail.contoso.local' }`.
   *
   * @default none
   */
  readonly alsoPublished?: readonly FurtherName[];
}

/**
 * Names of a datacentre or a server that differ from those of the site. `client` of a datacentre overrides even the
 * names in the site's `services`: every service of the datacentre has it that is not named in the datacentre's own
 * `services`.
 */
export interface OwnNamespaces {
  /**
   * The name for every client protocol.
   *
   * @default the name in the datacentre, else in the site
   */
  readonly client?: Namespace;
  /**
   * The name for Autodiscover, which the service connection points of these servers hand out. `null` empties these
   * service connection points: clients in the domain then find Autodiscover through those of other servers, or through
   * DNS.
   *
   * @default the name in the datacentre, else in the site
   */
  readonly autodiscover?: string | null;
  /**
   * Names for single services.
   *
   * @default every service has the name in `client`; remote PowerShell stays as Setup left it
   */
  readonly services?: { readonly [service in NamedService]?: Namespace };
  /**
   * Further names that DNS publishes for these servers and the certificate covers, but that no URL uses.
   *
   * @default none
   */
  readonly alsoPublished?: readonly FurtherName[];
}

/**
 * Several certificates by name: `{ web: { … }, mail: { … } }`. On each server, a service has one of them at most. A
 * name holds letters, digits and hyphens; it becomes part of the variable of the PFX password:
 * `TF_VAR_pfx_password_web`.
 */
export interface NamedCertificates {
  readonly [name: string]: SiteCertificate;
}

/** A certificate with its private key, from one PFX file. */
export interface SiteCertificate {
  /** PFX (PKCS #12) file: an absolute path, or one relative to the project's folder (that of `cdktf.json`). */
  readonly pfxFile: string;
  /**
   * File with the certificate of the PFX without its private key, in PEM or DER, to commit beside the declaration. The
   * chain may follow the certificate. With it, a plan needs neither the PFX nor its password, the plan files say which
   * certificate it is, and a deploy stops before it changes anything if the PFX holds another certificate. At a
   * renewal, replace both files.
   *
   * @default none: every plan opens the PFX, and synth does not know which certificate it holds
   */
  readonly certificateFile?: string;
  /**
   * DNS names on the certificate, including wildcards such as `*.contoso.com`. The plan compares them with the file.
   */
  readonly names: readonly string[];
  /**
   * Services that use it, for example `['IIS']`. Do not list POP and IMAP for a wildcard certificate: declare
   * `mailProtocols` instead, which has them find it by name.
   */
  readonly services: readonly ('IIS' | 'SMTP' | 'POP' | 'IMAP' | 'UM' | 'UMCallRouter')[];
  /**
   * Names of the servers that it is installed on.
   *
   * @default all servers of the site
   */
  readonly servers?: readonly string[];
  /**
   * SHA-1 thumbprint that the certificate in the file must have, so that a reviewer sees which certificate it is.
   *
   * @default any
   */
  readonly thumbprint?: string;
  /**
   * Whether the certificate, where SMTP is among its services, also replaces the default SMTP certificate, which the
   * servers use among themselves. Exchange asks whether to overwrite it; the plan shows the answer.
   *
   * @default false: the default SMTP certificate stays as it is; where this was true before, the certificate that Setup
   * made becomes the default again
   */
  readonly replaceDefaultSmtpCertificate?: boolean;
  /**
   * Whether the private key can be exported from the servers. This is decided when a certificate is imported: a change
   * takes effect with the next certificate.
   *
   * @default true
   */
  readonly privateKeyExportable?: boolean;
  /**
   * Days before expiry from which a plan warns.
   *
   * @default 30
   */
  readonly warnBeforeExpiryDays?: number;
  /**
   * Names of the servers whose clients are shown a certificate before the first deploy. That certificate is imported,
   * so that the plan shows it and its services beside the declared ones. It is never removed.
   *
   * @default none: where a server already holds the certificate of the PFX, the plan names the server
   */
  readonly existingOn?: readonly string[];
  /**
   * Findings about the certificate that are acceptable here, each with a reason for later readers:
   * `{ 'self-signed': 'lab only, ends in May' }`. The id of a finding stands in the message of synth or of the plan. An
   * acceptance with nothing left to accept is reported.
   *
   * @default every finding is reported
   */
  readonly accepted?: { readonly [finding in AcceptableFindingId | AcceptableRuleId]?: string };
}

/** The file share witness of a DAG: a server and a folder on it. */
export interface Witness {
  /** Name or FQDN; never a member of the same DAG. */
  readonly server: string;
  /** Local folder on that server, a different one for each DAG: `C:\\DAGFileShareWitnesses\\DAG01`. */
  readonly directory: string;
}

/** A group of mailbox servers that hold copies of each other's databases. */
export interface DatabaseAvailabilityGroup {
  /**
   * At most 15 letters, digits, hyphens and underscores, and not the name of a server: `DAG01`. A DAG cannot be
   * renamed: if you change the name, another DAG is declared in its place.
   */
  readonly name: string;
  /**
   * The file share whose vote breaks a tie. A DAG with an odd number of members needs one too: the number becomes even
   * as soon as one member is taken out.
   */
  readonly witness: Witness;
  /**
   * The witness in the other datacentre, used after a switchover.
   *
   * @default none
   */
  readonly alternateWitness?: Witness;
  /**
   * IPv4 addresses of the cluster (the DAG's administrative access point), one in each subnet. None of them is the
   * address of a server. For DHCP, `0.0.0.0` as the only entry.
   *
   * @default ['255.255.255.255']: no administrative access point, which needs Windows Server 2012 R2 or later; on
   * Exchange 2010, which always needs an access point, ['0.0.0.0']
   */
  readonly addresses?: readonly string[];
  /**
   * Names of the servers that are members, at least one. All members run the same version of Exchange; only 2019 and the
   * Subscription Edition may be mixed, while servers are updated.
   *
   * @default all servers of the site except those of Exchange 2007; required where the site has several DAGs
   */
  readonly members?: readonly string[];
  /**
   * Whether the DAG exists before the first deploy. It is then imported, so that the plan shows its settings beside the
   * declared ones. From then on the site manages it: if you take it out of the declaration, it is removed.
   *
   * @default false: where one exists already, the plan names it and what differs
   */
  readonly existing?: boolean;
  /**
   * Names of the servers that are members before the first deploy. Their memberships are imported: a server that you
   * later take out of the declaration leaves the DAG.
   *
   * @default none: where a server is already a member, the plan names it
   */
  readonly existingMembers?: readonly string[];
  /**
   * Datacenter activation coordination (DAC) mode. With `DagOnly`, a member that starts after a failure asks the other
   * members before it mounts databases, so that two datacentres that have lost contact never both mount the same
   * database. A DAG across two datacentres should have it. It is set once all members have joined.
   *
   * @default as it is; a new DAG has it off
   */
  readonly datacenterActivation?: 'Off' | 'DagOnly';
  /**
   * Its mailbox databases by name: `{ DB01: { copies: ['EX01', 'EX02'] } }`. Each is created once all servers in
   * `copies` are members. If you take a database out of the declaration, it is removed, and its files stay; Exchange
   * refuses this as long as it holds mailboxes.
   *
   * @default none; databases that were never declared here stay as they are
   */
  readonly databases?: { readonly [name: string]: MailboxDatabase };
}

/** A mailbox database. Neither its mailboxes nor the server on which it is currently active are managed. */
export interface MailboxDatabase {
  /**
   * Names of the members that hold a copy, in order of activation preference. The database is created and mounted on
   * the first.
   */
  readonly copies: readonly string[];
  /**
   * Path of its file, the same on every server that holds a copy: `E:\\DAG01\\DB01.edb`. It is used only to create the
   * database: if the file of an existing database is elsewhere, the plan stops.
   *
   * @default the path that Exchange chooses
   */
  readonly edbFile?: string;
  /**
   * Folder of its transaction logs, the same on every server that holds a copy: `F:\\DAG01\\DB01`. It is used only to
   * create the database.
   *
   * @default the path that Exchange chooses
   */
  readonly logFolder?: string;
  /**
   * Circular logging: whether transaction logs are deleted as soon as neither the database nor its copies need them. It
   * is turned on after the copies are added, since Exchange adds no second copy to a database that has it on.
   *
   * @default as it is; false for a new database
   */
  readonly circularLogging?: boolean;
  /**
   * Whether the database exists before the first deploy. It is then imported, so that the plan shows its settings
   * beside the declared ones. From then on the site manages it.
   *
   * @default false: where one exists already, the plan names it and what differs
   */
  readonly existing?: boolean;
}

/**
 * The DNS records of the site, which the provider hashicorp/dns sends as dynamic updates (RFC 2136). Declare one view
 * for all clients, or one for clients inside the firewall and another for those outside (split DNS); both may hold the
 * same zone, on different DNS servers.
 */
export type Dns = DnsView | DnsViews;

/** The DNS views for clients on each side of the firewall. */
export interface DnsViews {
  /** Holds the internal names, and those external names that lie in its zones (split DNS). */
  readonly internal: DnsView;
  /**
   * Holds the external names, and never a name that is only for internal clients.
   *
   * @default no record of the external view is managed
   */
  readonly external?: DnsView;
}

/** The zones and records of one view of DNS. */
export interface DnsView {
  /**
   * Zones that hold the names in `namespaces`. With split DNS, the internal view has its own zone for the public names.
   */
  readonly zones: readonly Zone[];
  /**
   * Time to live (TTL) of the records, in seconds. Choose it before the first deploy: to change it later, each record
   * set is deleted and added again, and the name does not resolve in between.
   *
   * @default 300
   */
  readonly ttlSeconds?: number;
  /**
   * The addresses that names resolve to, unless `publish` of the server or its datacentre says otherwise.
   * `'round-robin'`: the addresses of the servers. DNS does not notice a dead server; clients try the next address. Or
   * the virtual address of a load balancer: then a new server changes no DNS record. The load balancer itself is not
   * configured; a plan shows which servers belong in its pool.
   *
   * @default 'round-robin'
   */
  readonly publish?: Publish;
  /**
   * Names whose record sets exist before the first deploy. They are imported, so that the plan shows what they hold.
   * Set `ttlSeconds` to the TTL that they have: with any other TTL, each record set is deleted and added again. If a
   * name that is missing from this list has undeclared addresses, the plan stops.
   *
   * @default none
   */
  readonly existingRecords?: readonly string[];
  /**
   * Names of the site that are not managed in this view, because somebody else publishes them there or nobody does.
   * Each has a reason for later readers: `{ 'legacy.contoso.com': 'the provider of the domain has it' }`.
   *
   * @default every name is published
   */
  readonly notPublished?: { readonly [name: string]: string };
  /**
   * Names of the site that resolve to machines outside this declaration, with their addresses:
   * `{ 'legacy.contoso.com': ['192.0.2.7', '192.0.2.8'] }`. If no declared server uses such a name, list it in
   * `alsoPublished` too.
   *
   * @default every name resolves to the servers that use it, or to the load balancer before them
   */
  readonly elsewhere?: { readonly [name: string]: string | readonly string[] };
  /**
   * Records besides the addresses of the names. Each record set is declared in full. List those that exist before the
   * first deploy in `existingRecords`.
   *
   * @default none
   */
  readonly records?: FurtherRecords;
}

/** Record sets of a view by type and name, with the TTL of the view. Names are fully qualified: `contoso.com`. */
export interface FurtherRecords {
  /**
   * CNAME: aliases and their targets: `{ 'webmail.contoso.com': 'mail.contoso.com' }`.
   *
   * @default none
   */
  readonly cname?: { readonly [name: string]: string };
  /**
   * MX: servers that receive the mail of a domain: `{ 'contoso.com': [{ preference: 10, exchange: 'mail.contoso.com' }]
   * }`.
   *
   * @default none
   */
  readonly mx?: { readonly [name: string]: readonly MailExchanger[] };
  /**
   * SRV: hosts of a service. `_autodiscover._tcp.contoso.com` sends Outlook to a host of another name, which must be on
   * that host's certificate.
   *
   * @default none
   */
  readonly srv?: { readonly [name: string]: readonly ServiceHost[] };
  /**
   * TXT: texts such as those of SPF: `{ 'contoso.com': ['v=spf1 mx -all'] }`.
   *
   * @default none
   */
  readonly txt?: { readonly [name: string]: readonly string[] };
  /**
   * PTR: names of addresses, in a reverse zone of the view: `{ '192.0.2.11': 'mail.contoso.com' }`.
   *
   * @default none
   */
  readonly ptr?: { readonly [address: string]: string };
}

/** A server that receives the mail of a domain. */
export interface MailExchanger {
  /** The lowest value is tried first. */
  readonly preference: number;
  /**
   * Its host name, which must not be an alias. A single entry with `.` and preference 0 says that the domain receives
   * no mail (RFC 7505).
   */
  readonly exchange: string;
}

/** A host of a service. */
export interface ServiceHost {
  /** The lowest value is tried first. */
  readonly priority: number;
  /** Its share of requests among hosts of the same priority. */
  readonly weight: number;
  /** Port that the service listens on. */
  readonly port: number;
  /** Its host name, which must not be an alias. A single entry with `.` says that the service is not available. */
  readonly target: string;
}

/**
 * The addresses that names resolve to: those of the servers that use the names, or those of a load balancer before
 * them.
 */
export type Publish =
  | 'round-robin'
  | {
      /** IPv4 or IPv6 address of the load balancer, or several. None of them is the address of a server. */
      readonly virtualIp: string | readonly string[];
      /**
       * Virtual addresses for single names, so that the load balancer can check the health of each service separately:
       * `{ 'eas.contoso.com': '192.0.2.101' }`.
       *
       * @default every name resolves to `virtualIp`
       */
      readonly virtualIps?: { readonly [name: string]: string | readonly string[] };
      /**
       * The layer at which it balances. At layer 4 it checks health once for each address, so that each name should
       * have its own in `virtualIps`; at layer 7 it checks each service behind any name. For servers of Exchange 2013
       * and later, the plan lists the health check URLs.
       *
       * @default not known
       */
      readonly layer?: 4 | 7;
      /**
       * Settings of Windows Network Load Balancing (NLB), if the servers themselves form the load balancer as an NLB
       * cluster. No deploy configures it: the plan files describe its configuration.
       *
       * @default the load balancer is a separate machine: the plan says which servers belong in its pool
       */
      readonly nlb?: NetworkLoadBalancing;
    };

/**
 * A cluster of Windows Network Load Balancing. Its address is `virtualIp`, and its hosts are the servers behind that
 * address.
 */
export interface NetworkLoadBalancing {
  /**
   * Full internet name of the cluster: `outlook.contoso.com`.
   *
   * @default the internal name of Outlook on the web on the first host: usually the one in `client`
   */
  readonly name?: string;
  /**
   * How the hosts share the cluster's MAC address. With `multicast` each host keeps its own beside the shared one, and
   * switches need two static entries, whose text is in the plan files.
   *
   * @default 'unicast'
   */
  readonly mode?: 'unicast' | 'multicast';
  /**
   * TCP ports and port ranges that are balanced: `[80, 443, '1024-65535']`. SMTP ports are excluded even inside a
   * range: Hub Transport servers have their own resilience.
   *
   * @default 80 and 443; those of POP and IMAP where a certificate has these services; 135 and 1024-65535 for Outlook
   * over RPC where a server runs Exchange 2010
   */
  readonly ports?: readonly NlbPort[];
  /**
   * SMTP ports besides 25, 465 and 587, which are not balanced either.
   *
   * @default none
   */
  readonly smtpPorts?: readonly number[];
  /**
   * Which clients are kept on the same host: with `single` each client address, with `network` each class C network;
   * with `none` any request may go to any host.
   *
   * @default 'single'
   */
  readonly affinity?: 'none' | 'single' | 'network';
  /**
   * Priority of each host, by the name of the server, from 1 to 32: `{ CAS01: 1, CAS02: 2 }`. Traffic that no port rule
   * covers goes to the host with the lowest number.
   *
   * @default the position of the server in the list of hosts
   */
  readonly priorities?: { readonly [server: string]: number };
  /**
   * Windows Server version of the hosts. From 2008 R2 on, which has a PowerShell module for NLB, the plan files contain
   * commands beside the tables.
   *
   * @default not known: tables only
   */
  readonly windows?: WindowsVersion;
  /**
   * Name of the network adapter of the cluster, on every host.
   *
   * @default a placeholder in the plan files, to be filled in by whoever creates the cluster
   */
  readonly adapter?: string;
  /**
   * The network switch that the hosts are connected to, for the static entries of multicast.
   *
   * @default placeholders in the plan files, to be filled in by whoever enters them
   */
  readonly switch?: NlbSwitch;
}

/** A TCP port, or a range of them: `'1024-65535'`. */
export type NlbPort = number | string;

/** How the hosts of an NLB cluster are connected to a network switch. */
export interface NlbSwitch {
  /** VLAN number of the hosts. */
  readonly vlan: number;
  /** Interfaces of the switch to the hosts: `['Po1', 'Po2']`. */
  readonly interfaces: readonly string[];
}

/** A reverse proxy, which takes requests of external clients and forwards them to the servers. */
export interface ReverseProxy {
  /**
   * `arr`: Internet Information Services with URL Rewrite and Application Request Routing 3.0. `isa`: Microsoft ISA
   * Server or its successor, Forefront Threat Management Gateway, which have no PowerShell, so that the plan files
   * contain tables only.
   */
  readonly kind: 'arr' | 'isa';
  /** Its host name: `RP.contoso.com`. The machine need not be joined to the domain. */
  readonly host: string;
  /** Public IPv4 or IPv6 address at which external clients reach it, or several. */
  readonly address: string | readonly string[];
  /**
   * Its address in the network of the servers.
   *
   * @default not known
   */
  readonly insideAddress?: string;
  /**
   * Names on the certificate that it presents to clients.
   *
   * @default the names of the servers' own certificate: the first with IIS among its services
   */
  readonly certificateNames?: readonly string[];
  /**
   * For `arr`: its Windows Server version. From 2008 R2 on, the plan files contain commands to run there beside the
   * tables.
   *
   * @default not known: tables only
   */
  readonly windows?: WindowsVersion;
  /**
   * For `arr`: how it checks the health of a server. `site`: one check for all services, that of Autodiscover.
   * `protocol`: a farm and a check for each service, so that a server on which one service fails still gets the
   * requests of the others. Servers before Exchange 2013 answer neither check.
   *
   * @default 'site'
   */
  readonly farms?: 'site' | 'protocol';
  /**
   * Whether the proxy blocks `/ecp`; `arr` answers 403. From Exchange 2013 on this also blocks the options of Outlook
   * on the web, which are under `/ecp` too.
   *
   * @default false
   */
  readonly closeEcp?: boolean;
  /**
   * For `arr`: whether a DNS server in the perimeter network resolves the names of the servers.
   *
   * @default false: the plan files put them in the hosts file of the proxy
   */
  readonly perimeterDns?: boolean;
  /**
   * For `isa`: how its listener signs users in before it forwards their requests with NTLM. With `forms`, no name that
   * internal Outlook clients use may resolve to the proxy: Outlook would ask for a password.
   *
   * @default 'forms'
   */
  readonly signIn?: 'forms' | 'basic' | 'none';
  /**
   * For `isa`: whether its listener also listens on port 80, to redirect browsers to HTTPS.
   *
   * @default false
   */
  readonly listensOnHttp?: boolean;
  /**
   * For `isa`: its address from which internal clients get their proxy settings (WPAD), on port 80.
   *
   * @default none
   */
  readonly wpadAddress?: string;
}

/** The same addresses for clients on both sides of the firewall, or different ones for each side. */
export type Publishing =
  | Publish
  | {
      /**
       * In the internal view, or in the only view.
       *
       * @default the setting of the view
       */
      readonly internal?: Publish;
      /**
       * In the external view.
       *
       * @default the setting of the view
       */
      readonly external?: Publish;
    };

/**
 * A zone, and how its dynamic updates are sent (RFC 2136) and signed. Each setting that is left out is taken from the
 * environment variable of the hashicorp/dns provider, so that one declaration serves both a rehearsal and production.
 */
export interface Zone {
  /** `contoso.com`. */
  readonly name: string;
  /**
   * Name or address of the DNS server that accepts the updates: the primary server of the zone.
   *
   * @default DNS_UPDATE_SERVER
   */
  readonly server?: string;
  /**
   * Its port.
   *
   * @default DNS_UPDATE_PORT, else 53
   */
  readonly port?: number;
  /**
   * Name of the TSIG key: `exchange.`. The trailing dot may be left out here, but not in DNS_UPDATE_KEYNAME, which
   * hashicorp/dns reads literally. The secret is the Terraform variable `dns_key_secret` (TF_VAR_dns_key_secret), or
   * DNS_UPDATE_KEYSECRET where that is not set. Requires `keyAlgorithm`.
   *
   * @default DNS_UPDATE_KEYNAME
   */
  readonly keyName?: string;
  /**
   * Algorithm of the TSIG key. Requires `keyName`.
   *
   * @default DNS_UPDATE_KEYALGORITHM
   */
  readonly keyAlgorithm?: 'hmac-md5' | 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha512';
  /**
   * Signs the updates by Kerberos (GSS-TSIG) instead of a TSIG key, which Windows DNS requires for a zone that allows
   * secure updates only. `server` must then be a host name, such as `dc1.contoso.local`, not an address.
   *
   * @default DNS_UPDATE_REALM and the related variables; without it, no Kerberos
   */
  readonly kerberos?: KerberosUpdates;
  /**
   * Transport of the updates. A suffix `4` or `6` restricts it to IPv4 or IPv6.
   *
   * @default DNS_UPDATE_TRANSPORT, else 'udp'
   */
  readonly transport?: 'udp' | 'udp4' | 'udp6' | 'tcp' | 'tcp4' | 'tcp6';
  /**
   * Seconds to wait for a response of the DNS server.
   *
   * @default DNS_UPDATE_TIMEOUT, else the default of hashicorp/dns
   */
  readonly timeoutSeconds?: number;
}

/** The account that signs the updates of a zone by Kerberos. */
export interface KerberosUpdates {
  /** The realm: the name of the Active Directory domain in capital letters, `CONTOSO.LOCAL`. */
  readonly realm: string;
  /**
   * Account in the realm that may change the zone: `svc-dns`. Its password is the Terraform variable `dns_password`
   * (TF_VAR_dns_password), or DNS_UPDATE_PASSWORD where that is not set.
   *
   * @default the account that runs Terraform, with its existing ticket (from `kinit`, or a logon on Windows)
   */
  readonly user?: string;
  /**
   * Keytab file with the key of `user`, instead of a password. A path relative to the folder of `cdktf.json`. Not on
   * Windows, which has no keytab files.
   *
   * @default the password
   */
  readonly keytabFile?: string;
}

/** Authentication methods of Outlook Anywhere, in Exchange's terms. */
export type OutlookAnywhereAuthentication = 'Basic' | 'Ntlm' | 'Negotiate';

/**
 * POP and IMAP. Where the site declares one, it holds for all servers; where a datacentre or a server declares one, for
 * its own servers only.
 */
export interface MailProtocols {
  /**
   * POP3, on ports 995 (TLS) and 110 (STARTTLS).
   *
   * @default as it is on the servers
   */
  readonly pop?: MailProtocolOptions;
  /**
   * IMAP4, on ports 993 (TLS) and 143 (STARTTLS).
   *
   * @default as it is on the servers
   */
  readonly imap?: MailProtocolOptions;
}

/** Settings of POP or IMAP. */
export interface MailProtocolOptions {
  /**
   * The name that people enter in their mail programs: `imap.contoso.com`. DNS publishes it, the certificate must cover
   * it, and the servers select their certificate by it, also a wildcard certificate. If you change it, keep the old
   * name in `namespaces.alsoPublished` until everybody has entered the new one.
   */
  readonly host: string;
}

/** Authentication of Outlook Anywhere clients. TLS is always required. */
export interface OutlookAnywhereOptions {
  /**
   * For clients inside the firewall.
   *
   * @default 'Ntlm'
   */
  readonly internalAuthentication?: OutlookAnywhereAuthentication;
  /**
   * For clients outside the firewall.
   *
   * @default 'Ntlm'
   */
  readonly externalAuthentication?: OutlookAnywhereAuthentication;
}

/** Settings of the Outlook provider EXPR, which serves Outlook Anywhere. */
export interface OutlookProvider {
  /**
   * The name that Outlook expects on the certificate, whichever name it connected to: `msstd:mail.contoso.com`. Outlook
   * then accepts the certificate also after a switchover to another name. With `none` Outlook checks no name. `null`
   * clears the setting: Outlook then expects the external name of Outlook Anywhere on the server that it asked.
   */
  readonly certPrincipalName: string | null;
}

/** What a server's health gate waits for. */
export interface Health {
  /**
   * Protocols that must be healthy on the server. Servers before Exchange 2013 do not report this: for them the gate
   * checks that every required Windows service is running.
   *
   * @default Autodiscover, Outlook Anywhere, and every service whose URLs the site declares
   */
  readonly protocols?: readonly (WatchedService | 'outlook-anywhere')[];
  /**
   * Seconds until the gate gives up.
   *
   * @default 900
   */
  readonly timeoutSeconds?: number;
  /**
   * Whether `Test-ReplicationHealth` must pass before the next server begins, and again once the declared databases
   * exist, to check that their copies are up to date.
   *
   * @default false
   */
  readonly replication?: boolean;
  /**
   * Further checks of the gate, made from the machine that runs Terraform: it connects to the `fqdn` of each server,
   * without credentials.
   *
   * @default no such checks, since that machine may be unable to reach the servers
   */
  readonly fromRunner?: HealthFromRunner;
  /**
   * Client connectivity tests of each server, run once the DNS records are published. They run again when a
   * certificate, a name or a record of the server changes.
   *
   * @default no tests, since they need a test mailbox
   */
  readonly connectivity?: Connectivity;
}

/** Client connectivity tests with Exchange's own `Test-*` cmdlets, and with Autodiscover. */
export interface Connectivity {
  /**
   * Tests of each server, through the names in DNS: `ActiveSync` (Test-ActiveSyncConnectivity), `OutlookWebServices`
   * (Test-OutlookWebServices, functional in Exchange 2010 and before), `POP` (Test-PopConnectivity) and `IMAP`
   * (Test-ImapConnectivity); the latter two run on servers for which `mailProtocols` declares the protocol. Without an
   * `account` they sign in as the test mailbox of the Active Directory site, which `New-TestCasConnectivityUser.ps1`
   * creates. `Autodiscover`: the machine that runs Terraform connects to the `fqdn` of each server, signs in as
   * `account` and asks about `mailbox`; the response must contain the declared URLs.
   */
  readonly tests: readonly (ConnectivityTest | 'Autodiscover')[];
  /**
   * Address of the mailbox for Test-OutlookWebServices and Autodiscover: `probe@contoso.com`.
   *
   * @default Test-OutlookWebServices chooses one; the test `Autodiscover` is then not possible
   */
  readonly mailbox?: string;
  /**
   * The account that signs in: `probe@contoso.com` or `CONTOSO\probe`. Its password is the Terraform variable
   * `mailbox_password` (TF_VAR_mailbox_password). Before Exchange 2013, Test-OutlookWebServices can sign in with no
   * other account.
   *
   * @default the test mailbox of Exchange; the test `Autodiscover` is then not possible
   */
  readonly account?: string;
  /**
   * Names of the servers that are tested.
   *
   * @default all
   */
  readonly servers?: readonly string[];
}

/**
 * Checks from the machine that runs Terraform, made on each server after Exchange's cmdlets have reported it healthy.
 */
export interface HealthFromRunner {
  /**
   * Services on whose ports the server must present the declared certificate (compared by hash): `IIS` on 443, for each
   * name that clients of the server use; `IMAP` on 993 and `POP` on 995, for the name in `mailProtocols`; `SMTP` on 25
   * and 587 after STARTTLS, where it must be the certificate that the Receive connector selects. POP and IMAP present a
   * new certificate only after their services are restarted, which no deploy does.
   *
   * @default none
   */
  readonly certificates?: readonly ('IIS' | 'SMTP' | 'POP' | 'IMAP')[];
  /**
   * Whether `https://<fqdn>/owa/healthcheck.htm`, and the same page of each of the `protocols`, must answer 200, as
   * load balancers require. Only servers of Exchange 2013 and later have these pages.
   *
   * @default false
   */
  readonly healthcheck?: boolean;
  /**
   * Names of the servers that are checked, if that machine cannot reach all of them.
   *
   * @default all
   */
  readonly servers?: readonly string[];
}

/**
 * How a server is put into maintenance. On Exchange 2013 and later, its transport stops accepting messages, its queued
 * messages are redirected to another server, its active databases move to other members of its DAG, and finally it
 * answers no client. On Exchange 2010, only its active databases move.
 */
export interface Maintenance {
  /** Name of the server, of Exchange 2013 or later, that queued messages are redirected to. */
  readonly redirectTo: string;
}

/**
 * How the provider reaches Exchange. All other settings come from environment variables: docs/reference/provider.md.
 */
export interface Connection {
  /**
   * `http://ex1.contoso.com/PowerShell/`, which Kerberos encrypts, or `https://ex1.contoso.com/PowerShell/`, or
   * `ssh://admin@mgmt01.contoso.com` for PowerShell over SSH. Credentials never stand here.
   */
  readonly endpoint: string;
}

/**
 * What happens to the findings of a rule: an `error` stops the synth, a `warning` is only shown, and an accepted
 * finding is not shown.
 */
export type RuleChange =
  | 'error'
  | 'warning'
  | {
      /** The reason, for later readers. It accepts every finding of the rule. */
      readonly accepted: string;
    };

/**
 * Declares a site. It returns its argument unchanged: its purpose is that the compiler checks the declaration and the
 * editor completes it.
 */
export function defineSite(site: ExchangeSiteProps): ExchangeSiteProps {
  return site;
}
