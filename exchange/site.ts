import type { AcceptableFindingId } from './certificate-checks/finding-ids';
import type { AcceptableRuleId, ChangeableRuleId } from './rules/rule-ids';
import type { ConnectivityTest } from './resources/connectivity-test-names';
import type { WindowsVersion } from './windows';
import type { AuthenticatedService, ServiceName, SwitchOf, WatchedService } from './services';
export { ExchangeVersion } from './versions';
import type { ExchangeVersion as Version } from './versions';

/** An Exchange site as it must be: servers, the names that clients use, the certificate, the DAG and DNS. */
export interface ExchangeSiteProps {
  /**
   * Servers in the order in which they are rolled out, unless `rollout` says otherwise. A new server goes to the end: then nothing of those before it
   * changes but the DNS record sets that carry their addresses.
   */
  readonly servers: readonly Server[];
  /**
   * The names that clients use. The URLs of all services and the DNS records are made of them. A datacentre or a server
   * may have names of its own: the most specific counts, that of the server, then that of its datacentre, then these.
   */
  readonly namespaces: Namespaces;
  /**
   * What differs by datacentre, under the names that the servers give theirs: `{ lisbon: { namespaces: { … } } }`.
   *
   * @default nothing differs
   */
  readonly datacentres?: { readonly [name: string]: Datacentre };
  /** The certificate that clients see on every server; or several by name, each for its services and servers. */
  readonly certificate: SiteCertificate | NamedCertificates;
  /**
   * The database availability group of the servers, or several in a list. Of several, each names its members, and a
   * server is in one of them at most.
   *
   * @default none; one that was never declared here is left alone
   */
  readonly dag?: DatabaseAvailabilityGroup | readonly DatabaseAvailabilityGroup[];
  /** Where the names of the clients are published, and what they stand for. */
  readonly dns: Dns;
  /**
   * The reverse proxy in the perimeter network that clients outside come through. Names stand for it in the external view,
   * but for those that stand `elsewhere`. It is not configured from here: the plan files say step by step how it must be.
   *
   * @default none
   */
  readonly reverseProxy?: ReverseProxy;
  /**
   * Whether a server waits, from its certificate on, until the one before it has passed its health gate. Or waves of
   * servers, each server in one of them: `[['EX01'], ['EX02', 'EX03']]`. Those of a wave do not wait for each other, and
   * each waits for the gates of all servers of the wave before. Service connection points wait for nothing in any case, and
   * DNS waits for all gates.
   *
   * @default 'one-after-another'
   */
  readonly rollout?: 'one-after-another' | 'parallel' | readonly (readonly string[])[];
  /**
   * How the servers sign clients of Outlook Anywhere in. Before Exchange 2013 it counts where it is enabled, and there is
   * only the outside.
   *
   * @default 'Ntlm' inside and outside
   */
  readonly outlookAnywhere?: OutlookAnywhereOptions;
  /**
   * Whether a load balancer ends TLS before the servers and hands requests on unencrypted, from Exchange 2013 SP1; before
   * 2013 it is said of Outlook Anywhere only, where it is enabled. IIS must not require TLS for it: the plan says what to
   * run on each server. Not from Exchange 2019 on, which has Extended Protection.
   *
   * @default as it is on the servers; where Outlook Anywhere of 2007 or 2010 is enabled, false
   */
  readonly sslOffload?: boolean;
  /**
   * What Autodiscover tells Outlook about the certificate of Outlook Anywhere. It is one for the whole organization.
   *
   * @default as it is; after Setup Outlook compares the name of Outlook Anywhere on the server that it asked
   */
  readonly outlookProvider?: OutlookProvider;
  /**
   * How clients of the services may sign in: `{ ews: { basic: true } }`.
   *
   * @default as it is on the servers
   */
  readonly authentication?: Authentication;
  /**
   * How clients of MAPI over HTTP sign in.
   *
   * @default 'Ntlm', 'OAuth' and 'Negotiate' on 2013, which wants it in every call; later as it is on the server
   */
  readonly mapiAuthentication?: readonly ('Basic' | 'Negotiate' | 'Ntlm' | 'OAuth')[];
  /**
   * POP and IMAP for programs that fetch mail. Their settings count on a server once their services have been restarted
   * there, which no deploy does: the plan says where.
   *
   * @default as it is on the servers
   */
  readonly mailProtocols?: MailProtocols;
  /**
   * What a server must show before the next one begins, and before any DNS record is changed.
   *
   * @default all services and all declared protocols, within 15 minutes
   */
  readonly health?: Health;
  /**
   * Whether a server is taken out of service before a step that its clients would feel, and brought back after it, however
   * that ended. Only where that step's object changes; the plan shows what runs. Not on Exchange 2007.
   *
   * Messages go to another member of its DAG, else to another server of its datacentre, else to any; `redirectTo` names one.
   *
   * @default false: nothing is drained
   */
  readonly maintenance?: boolean | Maintenance;
  /**
   * Rules that weigh otherwise here, by the word in brackets behind what they find: `{ 'dag-stretched': 'error' }` has it
   * stop the synth, and `{ 'dag-stretched': { accepted: 'second witness comes in May' } }` is why it is right and not said.
   * An acceptance that finds nothing any more is said.
   *
   * @default each weighs as in docs/reference/rules.md
   */
  readonly rules?: { readonly [rule in ChangeableRuleId]?: RuleChange };
  /**
   * Where Exchange is reached.
   *
   * @default the environment of the machine that runs Terraform says it: EXCHANGE_ENDPOINT; where every server has an
   * endpoint of its own and nobody says it, that of the first server of the newest version
   */
  readonly connection?: Connection;
}

/** A server that runs Exchange. */
export interface Server {
  /**
   * Computer name, without a domain: `BsAEX01`. It is part of Terraform addresses: in other letter case the state is
   * written anew, and the server stays as it is.
   */
  readonly name: string;
  /** Name with its domain: `BsAEX01.apatricio.local`. */
  readonly fqdn: string;
  /** IPv4 or IPv6 address that clients, or the load balancer, reach; or several. */
  readonly address: string | readonly string[];
  /**
   * Exchange version: `ExchangeVersion.V2016`. A plan stops where the server says that it runs another one, and warns where
   * an update in place leads from one to the other (2019 and the Subscription Edition).
   */
  readonly version: Version;
  /**
   * Its build, `15.0.847.32`, where that matters: Exchange 2013 before SP1 has no MAPI over HTTP, no SSL offload and no DAG
   * without an administrative access point.
   *
   * @default it has all updates that anything here needs
   */
  readonly build?: string;
  /**
   * Where a session on this very server is opened: `https://cas01.contoso.com:5986/wsman`, `ssh://admin@cas01.contoso.com`;
   * or `'environment'`, and EXCHANGE_SERVER_ENDPOINTS says it. What is done for this server then runs there and nowhere
   * else. Exchange 2007 needs one: a Windows PowerShell, into which its snap-in is loaded. Exchange 2010 may have one, its
   * own `https://cas02.contoso.com/PowerShell/`, beside newer servers that lack cmdlets of it. From 2013 on the session
   * of the organization reaches every server.
   *
   * @default the session of the organization, see `connection`
   */
  readonly endpoint?: string;
  /**
   * Name of the datacentre that it stands in. A DAG that spans several wants an alternate witness.
   *
   * @default one and the same for all servers that name none
   */
  readonly datacentre?: string;
  /**
   * Whether Outlook Anywhere is on, on a server of Exchange 2007 or 2010: Setup leaves it off. It has one name there, the
   * external one. From Exchange 2013 it is always on, and this is left out.
   *
   * @default as it is on the server
   */
  readonly outlookAnywhere?: 'enabled' | 'disabled';
  /**
   * How clients of this server's services may sign in, switch by switch in place of what its datacentre and the site say.
   *
   * @default as its datacentre says, then as the site says
   */
  readonly authentication?: Authentication;
  /**
   * POP and IMAP of this server, each in place of what its datacentre and the site say.
   *
   * @default as its datacentre says, then as the site says
   */
  readonly mailProtocols?: MailProtocols;
  /**
   * Names that this server gives to clients in place of those of its datacentre and of the site, for example
   * `{ client: 'legacy.contoso.com' }`.
   *
   * @default those of its datacentre, then of the site
   */
  readonly namespaces?: OwnNamespaces;
  /**
   * What its names stand for in DNS.
   *
   * @default as its datacentre says, then as the view of DNS says
   */
  readonly publish?: Publishing;
  /**
   * Active Directory sites whose clients take its service connection point before those of others.
   *
   * @default as its datacentre says, then as it is on the server
   */
  readonly autodiscoverSiteScope?: AutodiscoverSiteScope;
  /**
   * Of a server of Exchange 2007 beside newer ones: how these serve clients of its mailboxes.
   *
   * @default as its datacentre says, then as its names have it
   */
  readonly legacyClients?: LegacyClients;
  /**
   * Whether this server is drained around a step that its clients would feel.
   *
   * @default as its datacentre says, then as the site says
   */
  readonly maintenance?: boolean | Maintenance;
  /**
   * Whether TLS ends before this server.
   *
   * @default as its datacentre says, then as the site says
   */
  readonly sslOffload?: boolean;
}

/** What servers that stand together have in common. */
export interface Datacentre {
  /**
   * Names that its servers give to clients in place of those of the site.
   *
   * @default those of the site
   */
  readonly namespaces?: OwnNamespaces;
  /**
   * What the names of its servers stand for in DNS: as a rule the virtual address of its load balancer.
   *
   * @default as the view of DNS says
   */
  readonly publish?: Publishing;
  /**
   * The name by which Outlook on the web reaches its servers while it is failed back and clients still find the other
   * datacentre under their name: `mailfb-lis.contoso.com`. DNS publishes it with the addresses of the datacentre, and the
   * certificate has it. It is given to clients for that while only, so that another one takes its place in one deploy.
   * `null` clears it on the servers. Exchange 2007 has none.
   *
   * @default as it is on the servers
   */
  readonly failback?: string | null;
  /**
   * How clients of its servers' services may sign in, switch by switch in place of what the site says.
   *
   * @default as the site says
   */
  readonly authentication?: Authentication;
  /**
   * POP and IMAP of its servers, each in place of what the site says.
   *
   * @default as the site says
   */
  readonly mailProtocols?: MailProtocols;
  /**
   * Names of the Active Directory sites that its servers stand in, as `Get-ADReplicationSite` has them. Nothing makes them
   * or moves a server: what belongs to a site is said by them.
   *
   * @default not known here
   */
  readonly activeDirectorySites?: readonly string[];
  /**
   * Its subnets: `['10.1.0.0/24']`. The addresses of its servers, and those of the DAGs that these are members of, are
   * looked at by them; nothing is made of them.
   *
   * @default not known here
   */
  readonly subnets?: readonly string[];
  /**
   * Active Directory sites whose clients take the service connection points of its servers before those of others.
   *
   * @default as it is on the servers: after Setup, the site that the server stood in then
   */
  readonly autodiscoverSiteScope?: AutodiscoverSiteScope;
  /**
   * The client access array of its servers of Exchange 2010: the name under which Outlook inside reaches them.
   *
   * @default none; one that was never declared here is left alone
   */
  readonly clientAccessArray?: ClientAccessArray;
  /**
   * How servers of Exchange 2010 serve clients of mailboxes on its servers of Exchange 2007.
   *
   * @default as the names of each server have it
   */
  readonly legacyClients?: LegacyClients;
  /**
   * Whether its servers are drained around a step that their clients would feel.
   *
   * @default as the site says
   */
  readonly maintenance?: boolean | Maintenance;
  /**
   * Whether its load balancer ends TLS before its servers.
   *
   * @default as the site says
   */
  readonly sslOffload?: boolean;
}

/**
 * How newer servers serve clients whose mailboxes are on a server of Exchange 2007 still. The plan files say what each
 * client sees.
 */
export interface LegacyClients {
  /**
   * What Exchange 2010 does with ActiveSync. `redirect`: it sends devices to the name that the old server gives outside
   * (HTTP 451); those that ignore that stop. `proxy`: it fetches their mail itself, by the internal URL of the old server,
   * whose external URL is cleared. Exchange 2013 proxies in any case.
   */
  readonly activesync: 'redirect' | 'proxy';
}

/** Names of Active Directory sites; `own`: the activeDirectorySites of the datacentre. */
export type AutodiscoverSiteScope = 'own' | readonly string[];

/**
 * The name under which Outlook inside reaches the servers of Exchange 2010 in an Active Directory site, without HTTP. The
 * internal view of DNS publishes it and needs a zone for it, or says in `notPublished` why not. No other view has it.
 */
export interface ClientAccessArray {
  /**
   * Host name that resolves inside only: `outlook.contoso.local`. It is no name that clients are given otherwise, and none
   * of the certificate.
   */
  readonly fqdn: string;
  /**
   * The Active Directory site that it is of. Each has one array at most.
   *
   * @default the one of activeDirectorySites, where the datacentre has one
   */
  readonly activeDirectorySite?: string;
  /**
   * Whether the array is there before the first deploy. It is imported, so that the plan shows what it has beside what is
   * declared. From then on it is one of the site's: taken out of the declaration, it is removed.
   *
   * @default false: where there is one, the plan names it and what differs
   */
  readonly existing?: boolean;
}

/**
 * How clients may sign in, by service: `{ ews: { basic: true, windows: true } }`. A switch that is left out stays as it is
 * on the server. Each is kept by IIS, whose reading makes a plan slower.
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
      /** For clients outside; `null` clears what is set on the servers. */
      readonly external: string | null;
    };

/** A further name on both sides of the firewall, or on one of them only: there it stays what it was. */
export type FurtherName =
  | string
  | {
      /** For clients inside the firewall only. */
      readonly internal: string;
    }
  | {
      /** For clients outside; inside too, where a zone of the internal view has it. */
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
   * Services with a name of their own. Remote PowerShell is managed only where it stands here: administrators reach
   * a certain server by the server's name, which is what Setup registers, and a shared name would take that away.
   *
   * @default every service of clients has the client name; remote PowerShell stays as Setup left it
   */
  readonly services?: { readonly [service in NamedService]?: Namespace };
  /**
   * Further names that DNS holds and the certificate covers, and that no server gives to clients. A name is renamed in
   * three deploys: the new one is published here first, then takes the place of the old one, which stays published here
   * until clients have learned the new one. A plan that leaves a step out stops and says what to write. A name that was
   * for clients of one side only stays with these: `{ internal: 'mail.contoso.local' }`.
   *
   * @default none
   */
  readonly alsoPublished?: readonly FurtherName[];
}

/**
 * Names of a datacentre or a server, where they differ from those of the site. A name for all clients counts before the
 * site's name for one service: `client` of a datacentre is the name of every service there that has none in the datacentre.
 */
export interface OwnNamespaces {
  /**
   * The name for every client protocol.
   *
   * @default that of the datacentre, then of the site
   */
  readonly client?: Namespace;
  /**
   * The name for Autodiscover, which the service connection points of these servers hand out. `null` clears them: they hand
   * out nothing, so that clients in the domain are sent to Autodiscover by other servers, or by DNS only.
   *
   * @default that of the datacentre, then of the site
   */
  readonly autodiscover?: string | null;
  /**
   * Services with a name of their own there.
   *
   * @default every service has the client name; remote PowerShell stays as Setup left it
   */
  readonly services?: { readonly [service in NamedService]?: Namespace };
  /**
   * Further names that DNS holds for these servers and the certificate covers, and that no server gives to clients.
   *
   * @default none
   */
  readonly alsoPublished?: readonly FurtherName[];
}

/**
 * Several certificates by name: `{ web: { … }, mail: { … } }`. A service has one of them on a server. A name holds
 * letters, digits and hyphens; it is part of the variable of the PFX password: `TF_VAR_pfx_password_web`.
 */
export interface NamedCertificates {
  readonly [name: string]: SiteCertificate;
}

/** A certificate with its private key, from one PFX file. */
export interface SiteCertificate {
  /** PFX (PKCS #12) file, as a path from the project's folder (that of `cdktf.json`), or an absolute one. */
  readonly pfxFile: string;
  /**
   * The certificate of the PFX without its key, committed beside the declaration: PEM or DER, a chain may follow it. A
   * plan then needs neither the PFX nor its password, the files beside the stack say which certificate it is, and a
   * deploy stops before anything runs where the PFX holds another one. A renewal changes both files.
   *
   * @default none: every plan opens the PFX, and synth does not know which certificate it holds
   */
  readonly certificateFile?: string;
  /** DNS names on the certificate, wildcards such as `*.contoso.com` included. The plan compares them with the file. */
  readonly names: readonly string[];
  /**
   * Services that use it, for example `['IIS']`. A wildcard certificate is not given to POP and IMAP here: `mailProtocols`
   * has them find it by a name.
   */
  readonly services: readonly ('IIS' | 'SMTP' | 'POP' | 'IMAP' | 'UM' | 'UMCallRouter')[];
  /**
   * Names of the servers that have it.
   *
   * @default all servers of the site
   */
  readonly servers?: readonly string[];
  /**
   * SHA-1 thumbprint that the file must have, so that a review sees which certificate it is.
   *
   * @default any
   */
  readonly thumbprint?: string;
  /**
   * Whether the certificate, where SMTP is among its services, also becomes the default one that the servers use among
   * themselves. Exchange asks; the plan shows the answer.
   *
   * @default false: the default stays as it is; where it was true before, the one that Setup made is the default again
   */
  readonly replaceDefaultSmtpCertificate?: boolean;
  /**
   * Whether the key can be exported again from the servers. It is decided when the certificate is imported: a change
   * counts for the next one.
   *
   * @default true
   */
  readonly privateKeyExportable?: boolean;
  /**
   * Days before its end from which a plan warns.
   *
   * @default 30
   */
  readonly warnBeforeExpiryDays?: number;
  /**
   * Names of the servers that show clients a certificate before the first deploy. It is imported, so that the plan shows
   * it, and the services that it has, beside what is declared. What was there before is never removed.
   *
   * @default none: where a server holds the certificate of the PFX already, the plan names it
   */
  readonly existingOn?: readonly string[];
  /**
   * What is found about the certificate and right here all the same, each with the reason for whoever reads this:
   * `{ 'self-signed': 'lab only, ends in May' }`. The word stands in what synth or a plan says. One that finds nothing to
   * accept any more is said.
   *
   * @default all is said
   */
  readonly accepted?: { readonly [finding in AcceptableFindingId | AcceptableRuleId]?: string };
}

/** A server and a folder on it that give a DAG its casting vote. */
export interface Witness {
  /** Name or FQDN; never a member of the same DAG. */
  readonly server: string;
  /** Local folder on it, its own for each DAG: `C:\\DAGFileShareWitnesses\\DAG01`. */
  readonly directory: string;
}

/** A group of mailbox servers that hold copies of each other's databases. */
export interface DatabaseAvailabilityGroup {
  /**
   * At most 15 letters, digits, hyphens and underscores, and not the name of a server: `DAG01`. Another name is another
   * DAG.
   */
  readonly name: string;
  /**
   * The file share that breaks a tie. Wanted for an odd number of members too: the number is even as soon as one of
   * them is taken out.
   */
  readonly witness: Witness;
  /**
   * Witness in the other datacentre, used after a switchover.
   *
   * @default none
   */
  readonly alternateWitness?: Witness;
  /**
   * Cluster addresses, IPv4, one in each subnet, none of them that of a server; `0.0.0.0` alone for DHCP.
   *
   * @default ['255.255.255.255'], no administrative access point, which needs Windows Server 2012 R2 or later; on
   * Exchange 2010, which cannot have that, ['0.0.0.0']
   */
  readonly addresses?: readonly string[];
  /**
   * Names of the servers that are members, at least one. All of them run one version of Exchange.
   *
   * @default all servers of the site, but for those of Exchange 2007; where the site has several DAGs each must say
   */
  readonly members?: readonly string[];
  /**
   * Whether the DAG is there before the first deploy. It is imported, so that the plan shows what it has beside what is
   * declared. From then on it is one of the site's: taken out of the declaration, it is removed.
   *
   * @default false: where there is one, the plan names it and what differs
   */
  readonly existing?: boolean;
  /**
   * Names of the servers that are members before the first deploy. Their memberships are imported; taken out of the
   * declaration, they leave the DAG.
   *
   * @default none: where a server is a member already, the plan names it
   */
  readonly existingMembers?: readonly string[];
  /**
   * Datacenter activation coordination: with `DagOnly` a member that starts after a failure asks the others before it mounts
   * databases, so that two datacentres that do not see each other never both serve one. It is set once all members have
   * joined; a DAG in two datacentres wants it.
   *
   * @default as it is; a new DAG has it off
   */
  readonly datacenterActivation?: 'Off' | 'DagOnly';
  /**
   * Its mailbox databases by name, each made once all servers that hold it are members:
   * `{ DB01: { copies: ['EX01', 'EX02'] } }`. Taken out, a database is removed, which Exchange refuses as long as it holds
   * mailboxes; its files stay.
   *
   * @default none; those that were never declared here are left alone
   */
  readonly databases?: { readonly [name: string]: MailboxDatabase };
}

/** A mailbox database. Where it is active at the moment is not managed, nor are the mailboxes in it. */
export interface MailboxDatabase {
  /**
   * Names of the members that hold it, in the order in which they are to take it over (activation preference). It is made,
   * and mounted, on the first.
   */
  readonly copies: readonly string[];
  /**
   * Path of its file, the same on each of the servers: `E:\\DAG01\\DB01.edb`. It counts when the database is made: where
   * its file is elsewhere, the plan stops.
   *
   * @default what Exchange chooses
   */
  readonly edbFile?: string;
  /**
   * Folder of its transaction logs, the same on each of the servers: `F:\\DAG01\\DB01`. It counts when the database is made.
   *
   * @default what Exchange chooses
   */
  readonly logFolder?: string;
  /**
   * Whether transaction logs are deleted as soon as they are not needed for the database and its copies. It is turned on
   * after the copies are made, without which Exchange takes no second one.
   *
   * @default as it is; false for a new database
   */
  readonly circularLogging?: boolean;
  /**
   * Whether the database is there before the first deploy. It is imported, so that the plan shows what it has beside what is
   * declared. From then on it is one of the site's.
   *
   * @default false: where there is one, the plan names it and what differs
   */
  readonly existing?: boolean;
}

/**
 * The DNS records of the site, sent as updates (RFC 2136) by hashicorp/dns: one view for everybody, or one for clients
 * inside the firewall and another for those outside, which may hold the same zone on different servers.
 */
export type Dns = DnsView | DnsViews;

/** What clients on the two sides of the firewall are answered. */
export interface DnsViews {
  /** Holds the internal names, and of the external ones those that lie in its zones (split DNS). */
  readonly internal: DnsView;
  /**
   * Holds the external names, never those for clients inside alone.
   *
   * @default nothing is published outside from here
   */
  readonly external?: DnsView;
}

/** What a view of DNS holds. */
export interface DnsView {
  /** Zones that hold the names of the clients. With split DNS, the internal zone of the public names. */
  readonly zones: readonly Zone[];
  /**
   * Seconds that resolvers keep an address. Changing it on a live name deletes the record set before it is added
   * again, so that the name is gone for a moment: choose it before the first deploy.
   *
   * @default 300
   */
  readonly ttlSeconds?: number;
  /**
   * What the names of servers stand for that neither the server nor its datacentre says: the addresses of the servers, or
   * the virtual address of a load balancer, so that a new server changes no DNS. The load balancer itself is not
   * configured; a plan shows which servers belong into its pool. Round robin does not notice a dead server; clients try
   * the next address.
   *
   * @default 'round-robin'
   */
  readonly publish?: Publish;
  /**
   * Names whose record sets exist before the first deploy. They are imported, so that the plan shows what is in them.
   * Declare the TTL that they have (`ttlSeconds`): another one deletes the name before it is added again. Where a name
   * that is not named here has addresses that are not declared, the plan stops.
   *
   * @default none
   */
  readonly existingRecords?: readonly string[];
  /**
   * Names of the site that somebody else publishes in this view, or nobody, each with the reason for whoever reads this:
   * `{ 'legacy.contoso.com': 'the provider of the domain has it' }`.
   *
   * @default every name is published
   */
  readonly notPublished?: { readonly [name: string]: string };
  /**
   * Names of the site that stand for machines which are not declared, and the addresses of those:
   * `{ 'legacy.contoso.com': ['192.0.2.7', '192.0.2.8'] }`. A name that no declared server gives stands in `alsoPublished`.
   *
   * @default every name stands for the servers that give it, or for the load balancer before them
   */
  readonly elsewhere?: { readonly [name: string]: string | readonly string[] };
  /**
   * Records beside the addresses of the names, each set whole. Those that are there before the first deploy stand in
   * `existingRecords`.
   *
   * @default none
   */
  readonly records?: FurtherRecords;
}

/** Record sets of a view by type and name, with the TTL of the view. Names are whole: `contoso.com`. */
export interface FurtherRecords {
  /**
   * Aliases and the names that they stand for: `{ 'webmail.contoso.com': 'mail.contoso.com' }`.
   *
   * @default none
   */
  readonly cname?: { readonly [name: string]: string };
  /**
   * Servers that take the mail of a domain: `{ 'contoso.com': [{ preference: 10, exchange: 'mail.contoso.com' }] }`.
   *
   * @default none
   */
  readonly mx?: { readonly [name: string]: readonly MailExchanger[] };
  /**
   * Hosts of a service: `_autodiscover._tcp.contoso.com` has Outlook ask a host under another name, which its certificate
   * must have.
   *
   * @default none
   */
  readonly srv?: { readonly [name: string]: readonly ServiceHost[] };
  /**
   * Texts, such as those of SPF: `{ 'contoso.com': ['v=spf1 mx -all'] }`.
   *
   * @default none
   */
  readonly txt?: { readonly [name: string]: readonly string[] };
  /**
   * Names of addresses, in a reverse zone of the view: `{ '192.0.2.11': 'mail.contoso.com' }`.
   *
   * @default none
   */
  readonly ptr?: { readonly [address: string]: string };
}

/** A server that takes the mail of a domain. */
export interface MailExchanger {
  /** The lowest is tried first. */
  readonly preference: number;
  /** Its host name, which is no alias; `.`, alone and with the preference 0: nobody takes the mail of the domain. */
  readonly exchange: string;
}

/** A host of a service. */
export interface ServiceHost {
  /** The lowest is tried first. */
  readonly priority: number;
  /** Its share among hosts of one priority. */
  readonly weight: number;
  /** Port that the service listens on. */
  readonly port: number;
  /** Its host name, which is no alias; `.` alone: the service is not there. */
  readonly target: string;
}

/** What names stand for: the addresses of the servers that give them to clients, or of a load balancer before them. */
export type Publish =
  | 'round-robin'
  | {
      /** IPv4 or IPv6 address of the load balancer, or several; none is that of a server. */
      readonly virtualIp: string | readonly string[];
      /**
       * Addresses of names that have their own, so that the load balancer can judge each service by itself:
       * `{ 'eas.contoso.com': '192.0.2.101' }`.
       *
       * @default every name stands for `virtualIp`
       */
      readonly virtualIps?: { readonly [name: string]: string | readonly string[] };
      /**
       * How far the load balancer sees: at layer 4 it judges what is behind an address, so that each name wants its own in
       * `virtualIps`; at layer 7 each service behind any name. The plan says what it asks each server for, from Exchange 2013
       * on.
       *
       * @default not known here
       */
      readonly layer?: 4 | 7;
      /**
       * The load balancer is a cluster of Windows Network Load Balancing, which the servers make up themselves: its settings.
       * Nothing of it is run from here: the plan files say how it must be.
       *
       * @default it is another one: the plan says which servers belong into its pool
       */
      readonly nlb?: NetworkLoadBalancing;
    };

/** A cluster of Windows Network Load Balancing. Its address is `virtualIp`, its hosts are the servers that stand behind it. */
export interface NetworkLoadBalancing {
  /**
   * Full internet name of the cluster: `outlook.contoso.com`.
   *
   * @default the name of all clients inside
   */
  readonly name?: string;
  /**
   * How the hosts share the cluster's MAC address. `multicast` leaves each its own beside it, and switches need two static
   * entries, which the plan files have as text.
   *
   * @default 'unicast'
   */
  readonly mode?: 'unicast' | 'multicast';
  /**
   * TCP ports that are balanced, and ranges of them: `[80, 443, '1024-65535']`. Those of SMTP are excluded also where a range
   * holds them: Hub Transport servers have a resilience of their own.
   *
   * @default 80 and 443; those of POP and IMAP where a certificate is given to these; 135 and 1024-65535 for Outlook without
   * HTTP where a server runs Exchange 2010
   */
  readonly ports?: readonly NlbPort[];
  /**
   * Ports of SMTP beside 25, 465 and 587: none of them is balanced.
   *
   * @default none
   */
  readonly smtpPorts?: readonly number[];
  /**
   * Which requests of a client come to the same host: `single` those from its address, `network` those from its network of
   * class C, `none` any.
   *
   * @default 'single'
   */
  readonly affinity?: 'none' | 'single' | 'network';
  /**
   * Priority of each host, by the name of the server, from 1 to 32: `{ CAS01: 1, CAS02: 2 }`. What no rule is for goes to the
   * host with the lowest number.
   *
   * @default the place of the server among the hosts
   */
  readonly priorities?: { readonly [server: string]: number };
  /**
   * Windows Server of the hosts. From 2008 R2 on, which has a module for it, the plan files have commands beside the tables.
   *
   * @default not known here: tables only
   */
  readonly windows?: WindowsVersion;
  /**
   * Name of the network adapter of the cluster, on every host.
   *
   * @default left for whoever makes the cluster to fill in
   */
  readonly adapter?: string;
  /**
   * The switch before the hosts, for the static entries of multicast.
   *
   * @default left for whoever enters them to fill in
   */
  readonly switch?: NlbSwitch;
}

/** A TCP port, or a range of them: `'1024-65535'`. */
export type NlbPort = number | string;

/** Where the hosts of a cluster hang on a switch. */
export interface NlbSwitch {
  /** Number of their VLAN. */
  readonly vlan: number;
  /** Interfaces to them: `['Po1', 'Po2']`. */
  readonly interfaces: readonly string[];
}

/** A machine before the servers that takes the requests of clients outside and hands them on. */
export interface ReverseProxy {
  /**
   * `arr`: Internet Information Services with URL Rewrite and Application Request Routing 3.0. `isa`: Microsoft ISA Server or
   * its successor, Forefront Threat Management Gateway, which have no PowerShell: tables only.
   */
  readonly kind: 'arr' | 'isa';
  /** Its host name: `RP.contoso.com`. It need not be in the domain. */
  readonly host: string;
  /** IPv4 or IPv6 address of the internet under which clients outside reach it, or several. */
  readonly address: string | readonly string[];
  /**
   * Its address in the network of the servers.
   *
   * @default not known here
   */
  readonly insideAddress?: string;
  /**
   * Names on the certificate that it shows clients.
   *
   * @default those of the certificate that the servers show clients: the first with IIS among its services
   */
  readonly certificateNames?: readonly string[];
  /**
   * Of kind `arr`: its Windows Server. From 2008 R2 on the plan files have commands that can be run there beside the tables.
   *
   * @default not known here: tables only
   */
  readonly windows?: WindowsVersion;
  /**
   * Of kind `arr`: what it asks for to find out whether a server is well. `site`: one thing for all services, Autodiscover. `protocol`: each
   * service, which takes a farm for each, so that a server with a dead service still gets the requests of the others. Servers
   * before Exchange 2013 answer neither.
   *
   * @default 'site'
   */
  readonly farms?: 'site' | 'protocol';
  /**
   * Whether requests for `/ecp` end at the proxy; kind `arr` answers 403. The options of Outlook on the web stand there too, from 2013 on.
   *
   * @default false
   */
  readonly closeEcp?: boolean;
  /**
   * Of kind `arr`: whether a DNS server of the perimeter network answers the names of the servers.
   *
   * @default false: they stand in the hosts file of the proxy
   */
  readonly perimeterDns?: boolean;
  /**
   * Of kind `isa`: how its listener signs users in before it hands their requests on with NTLM. Where it does so by forms, no
   * name that Outlook inside is given may stand for it: Outlook would ask for a password.
   *
   * @default 'forms'
   */
  readonly signIn?: 'forms' | 'basic' | 'none';
  /**
   * Of kind `isa`: whether its listener takes port 80 too, to send browsers to HTTPS.
   *
   * @default false
   */
  readonly listensOnHttp?: boolean;
  /**
   * Of kind `isa`: its address at which clients inside are handed their proxy settings (WPAD), on port 80.
   *
   * @default none
   */
  readonly wpadAddress?: string;
}

/** The same for clients on both sides of the firewall, or what each side is answered. */
export type Publishing =
  | Publish
  | {
      /**
       * In the internal view, or where there is one view only.
       *
       * @default as the view says
       */
      readonly internal?: Publish;
      /**
       * In the external view.
       *
       * @default as the view says
       */
      readonly external?: Publish;
    };

/**
 * A zone and where its updates go (RFC 2136, signed with TSIG). A setting left out is taken from the environment
 * variable of the hashicorp/dns provider, so that one declaration serves a rehearsal and production.
 */
export interface Zone {
  /** `contoso.com`. */
  readonly name: string;
  /**
   * Name or address of the DNS server that takes the updates: the primary of the zone.
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
   * Name of the TSIG key: `exchange.`. The dot at its end may be left out here; in DNS_UPDATE_KEYNAME, which hashicorp/dns
   * reads as it is, it must be there. Its secret is the Terraform variable `dns_key_secret` (TF_VAR_dns_key_secret), or where
   * that is not set DNS_UPDATE_KEYSECRET. It wants `keyAlgorithm` beside it.
   *
   * @default DNS_UPDATE_KEYNAME
   */
  readonly keyName?: string;
  /**
   * Algorithm of the TSIG key. It wants `keyName` beside it.
   *
   * @default DNS_UPDATE_KEYALGORITHM
   */
  readonly keyAlgorithm?: 'hmac-md5' | 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha512';
  /**
   * Kerberos signs the updates (GSS-TSIG) in place of a key, as Windows DNS wants it for a zone with secure updates only.
   * It knows the server by its host name, `dc1.contoso.local`, and by no address.
   *
   * @default DNS_UPDATE_REALM and those beside it; where that is not set, no Kerberos
   */
  readonly kerberos?: KerberosUpdates;
  /**
   * How updates travel; `4` and `6` say which kind of address to reach the server by.
   *
   * @default DNS_UPDATE_TRANSPORT, else 'udp'
   */
  readonly transport?: 'udp' | 'udp4' | 'udp6' | 'tcp' | 'tcp4' | 'tcp6';
  /**
   * Seconds to wait for an answer of the DNS server.
   *
   * @default DNS_UPDATE_TIMEOUT, else what hashicorp/dns takes
   */
  readonly timeoutSeconds?: number;
}

/** Who signs the updates of a zone by Kerberos. */
export interface KerberosUpdates {
  /** The realm: the name of the Active Directory domain in capital letters, `CONTOSO.LOCAL`. */
  readonly realm: string;
  /**
   * Account of the realm that may change the zone: `svc-dns`. Its password is the Terraform variable `dns_password`
   * (TF_VAR_dns_password), or where that is not set DNS_UPDATE_PASSWORD.
   *
   * @default whoever runs Terraform, by the ticket that this account has (`kinit`, a logon on Windows)
   */
  readonly user?: string;
  /**
   * File with the key of `user` in place of a password, from the folder of `cdktf.json`. Not on Windows, which has none.
   *
   * @default the password
   */
  readonly keytabFile?: string;
}

/** Exchange's words for how a client of Outlook Anywhere signs in. */
export type OutlookAnywhereAuthentication = 'Basic' | 'Ntlm' | 'Negotiate';

/** Protocols by which programs fetch mail, each on the servers of the place where it stands. */
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

/** One of them. */
export interface MailProtocolOptions {
  /**
   * The name that people type into their programs: `imap.contoso.com`. DNS publishes it, the certificate has it, and the
   * servers find their certificate by it, also one with a wildcard. Where it is changed, the old one stays in
   * `namespaces.alsoPublished` until everybody has typed the new one.
   */
  readonly host: string;
}

/** TLS is always required. */
export interface OutlookAnywhereOptions {
  /**
   * For clients inside the firewall.
   *
   * @default 'Ntlm'
   */
  readonly internalAuthentication?: OutlookAnywhereAuthentication;
  /**
   * For clients outside.
   *
   * @default 'Ntlm'
   */
  readonly externalAuthentication?: OutlookAnywhereAuthentication;
}

/** The Outlook provider EXPR, which is that of Outlook Anywhere. */
export interface OutlookProvider {
  /**
   * Name that Outlook must find on the certificate, by whichever name it has reached a server: `msstd:mail.contoso.com`, so
   * that it accepts the certificate after a switchover to another name. `none` where it is to compare no name; `null` clears
   * it: Outlook then compares the external name of Outlook Anywhere on the server that it asked.
   */
  readonly certPrincipalName: string | null;
}

/** What a health gate waits for. */
export interface Health {
  /**
   * Protocols that must answer on the server itself. Before Exchange 2013 servers do not tell: there the check is that
   * every service runs that the server needs.
   *
   * @default Autodiscover, Outlook Anywhere, and every service whose URLs the site declares
   */
  readonly protocols?: readonly (WatchedService | 'outlook-anywhere')[];
  /**
   * Seconds until it gives up.
   *
   * @default 900
   */
  readonly timeoutSeconds?: number;
  /**
   * Whether `Test-ReplicationHealth` must find that a server takes its part in its DAG before the next server begins, and,
   * once the declared databases are made, that their copies are in step.
   *
   * @default false
   */
  readonly replication?: boolean;
  /**
   * What a gate looks at besides, from the machine that runs Terraform: it connects to the `fqdn` of each server, without
   * credentials.
   *
   * @default nothing: that machine may not reach the servers
   */
  readonly fromRunner?: HealthFromRunner;
  /**
   * What is tested of each server once the DNS records are published, as its clients use it. It runs again when a certificate,
   * a name or a record of the server changes.
   *
   * @default nothing: it needs a mailbox to test with
   */
  readonly connectivity?: Connectivity;
}

/** What Exchange's own cmdlets must bring about as clients do. */
export interface Connectivity {
  /**
   * Tests of each server, by the names that DNS holds by then: `ActiveSync` (Test-ActiveSyncConnectivity),
   * `OutlookWebServices` (Test-OutlookWebServices, functional in Exchange 2010 and before), `POP` (Test-PopConnectivity) and
   * `IMAP` (Test-ImapConnectivity), each on the servers whose name of it is declared in `mailProtocols`. Without an `account`
   * they sign in as the test mailbox of the Active Directory site, which `New-TestCasConnectivityUser.ps1` makes.
   * `Autodiscover`: the machine that runs Terraform asks each server about `mailbox`, signs in as `account`, and the answer must
   * hold the declared URLs. It connects to the `fqdn` of the server.
   */
  readonly tests: readonly (ConnectivityTest | 'Autodiscover')[];
  /**
   * Address of the mailbox that Test-OutlookWebServices and Autodiscover are asked about: `probe@contoso.com`.
   *
   * @default the cmdlet's own choice
   */
  readonly mailbox?: string;
  /**
   * Who signs in: `probe@contoso.com` or `CONTOSO\probe`. The password is the Terraform variable `mailbox_password`
   * (TF_VAR_mailbox_password). Before Exchange 2013 Test-OutlookWebServices signs in as nobody else.
   *
   * @default the test mailbox of Exchange, and Autodiscover cannot be asked
   */
  readonly account?: string;
  /**
   * Names of the servers that are tested.
   *
   * @default all
   */
  readonly servers?: readonly string[];
}

/** What the machine that runs Terraform looks at on each server once its cmdlets have shown it healthy. */
export interface HealthFromRunner {
  /**
   * Services of the certificate whose port must show it, by its hash: `IIS` on 443 for each name that the server gives to
   * clients, `IMAP` on 993 and `POP` on 995 for the name that is declared in `mailProtocols`;
   * `SMTP` on 25 and 587 after STARTTLS, where it must be the one that the Receive connector selects. POP and IMAP show another
   * certificate once their services have been restarted, which no deploy does.
   *
   * @default none
   */
  readonly certificates?: readonly ('IIS' | 'SMTP' | 'POP' | 'IMAP')[];
  /**
   * Whether `https://<fqdn>/owa/healthcheck.htm` must answer 200, and that of each of the `protocols`, as load balancers ask
   * for it. Only servers of Exchange 2013 and later have it.
   *
   * @default false
   */
  readonly healthcheck?: boolean;
  /**
   * Names of the servers that it looks at, where that machine does not reach all.
   *
   * @default all
   */
  readonly servers?: readonly string[];
}

/**
 * How a server is drained. From Exchange 2013: its transport takes no new messages, those in its queues go to another
 * server, its active databases to other members of its DAG, and in the end it answers no client. In 2010: its active
 * databases.
 */
export interface Maintenance {
  /** Name of the server, 2013 or later, that takes over the messages in its queues. */
  readonly redirectTo: string;
}

/** How the provider reaches Exchange. Everything else is left to the environment: docs/reference/provider.md. */
export interface Connection {
  /**
   * `http://ex1.contoso.com/PowerShell/`, which Kerberos encrypts, or `https://ex1.contoso.com/PowerShell/`, or
   * `ssh://admin@mgmt01.contoso.com` for PowerShell over SSH. Credentials never stand here.
   */
  readonly endpoint: string;
}

/** What a rule finds stops the synth, is only shown, or is right as it is. */
export type RuleChange =
  | 'error'
  | 'warning'
  | {
      /** Why, for whoever reads this. It counts for all that the rule finds. */
      readonly accepted: string;
    };

/** A declaration, checked by the compiler and completed by the editor. */
export function defineSite(site: ExchangeSiteProps): ExchangeSiteProps {
  return site;
}
