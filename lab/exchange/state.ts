/** What the simulated organization is made of, as it is kept in the state folder: plain JSON. */

export type Json = null | string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/** Settings by property name; what is not here has Setup's default. */
export type Settings = { [property: string]: Json };

export interface DirectoryObject {
  /** Relative name in Active Directory. */
  name: string;
  guid: string;
  /** ISO 8601, UTC. */
  created: string;
  changed: string;
  settings: Settings;
}

export interface OrganizationState {
  name: string;
  /** DNS name of the Active Directory domain. */
  domain: string;
  domainGuid: string;
  /** FQDN of the domain controller that answers. */
  domainController: string;
  authConfig: DirectoryObject;
  organizationConfig: DirectoryObject;
  databaseAvailabilityGroups: DatabaseAvailabilityGroupState[];
  /**
   * Servers without Exchange, as they are named for a witness, whose local Administrators lack the group Exchange Trusted
   * Subsystem. Left out: none, as after the step that a plan describes.
   */
  unpreparedWitnesses?: string[];
  sendConnectors: DirectoryObject[];
  databases: DatabaseState[];
  clientAccessArrays: DirectoryObject[];
  outlookProviders: DirectoryObject[];
  /** Mailboxes to test with, beside the test mailbox. Left out: none. */
  mailboxes?: readonly MailboxState[];
  /** Whether New-TestCasConnectivityUser.ps1 was run. Left out: it was not, as after Setup. */
  testMailbox?: boolean;
}

export interface MailboxState {
  address: string;
  /** Who signs in: `CONTOSO\probe`, or the address. */
  account: string;
  password: string;
}

export interface DatabaseAvailabilityGroupState extends DirectoryObject {
  /** Names of the member servers, in the order in which they joined. */
  servers: string[];
  /** Names of the members that Stop-DatabaseAvailabilityGroup stopped. */
  stopped: string[];
}

export interface DatabaseState extends DirectoryObject {
  /** Name of the server where it is active. */
  server: string;
  mounted: boolean;
  copies: DatabaseCopyState[];
}

export interface DatabaseCopyState {
  server: string;
  activationPreference: number;
  suspended: boolean;
  settings: Settings;
}

export interface ServerState extends DirectoryObject {
  fqdn: string;
  /** Four parts: `15.0.1497.2`. */
  build: string;
  site: string;
  running: boolean;
  /** Health sets that are not Healthy, with their state. */
  unhealthy: { [healthSet: string]: string };
  /** By component, the states that requesters have set; one that nobody asked to be anything else is Active. */
  components: { [component: string]: { [requester: string]: 'Inactive' | 'Draining' } };
  /** By cmdlet, what a test of the server comes to in place of what it would. Left out: nothing is disturbed. */
  connectivity?: { [cmdlet: string]: 'Failure' | 'Skipped' | 'silence' };
  /** Of POP and IMAP, whose services run. Left out: neither, as Setup leaves them. */
  mailServices?: readonly MailService[];
  virtualDirectories: VirtualDirectoryState[];
  certificates: CertificateState[];
  /** Whether the Default Web Site itself takes TLS connections only, as Setup leaves it. */
  requiresSsl: boolean;
  receiveConnectors: DirectoryObject[];
  /** Property values of what there is one of on a server: by noun. */
  services: { [noun: string]: Settings };
  /** Files that a session laid, by path in lower case: base64. Left out: none. */
  files?: { [path: string]: string };
}

export type MailService = 'POP' | 'IMAP';

export interface VirtualDirectoryState extends DirectoryObject {
  /** Noun without `VirtualDirectory`, or `OutlookAnywhere`. */
  kind: string;
}

export interface CertificateState {
  thumbprint: string;
  /** DER in base64. */
  der: string;
  /** PKCS #8 in base64; null where only the certificate is there. */
  privateKey: string | null;
  exportable: boolean;
  friendlyName: string;
  /** `IIS`, `SMTP`, … in Exchange's spelling; without POP and IMAP, which go by names. */
  services: string[];
  /** The certificate that SMTP uses inside the organization. */
  internalTransport: boolean;
  /** Bound to the back-end site (port 444). */
  backEnd: boolean;
}
