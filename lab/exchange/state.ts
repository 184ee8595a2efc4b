/** The simulated organization as it is stored in the state folder: plain JSON. */

export type Json = null | string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/** Settings by property name; properties that are left out have Setup's default. */
export type Settings = { [property: string]: Json };

export interface DirectoryObject {
  /** The relative distinguished name in Active Directory, without `CN=`. */
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
  /** The FQDN of the domain controller that answers. */
  domainController: string;
  authConfig: DirectoryObject;
  organizationConfig: DirectoryObject;
  databaseAvailabilityGroups: DatabaseAvailabilityGroupState[];
  /**
   * Witness servers without Exchange, as calls name them, in whose local group Administrators the group Exchange
   * Trusted Subsystem is missing. Left out: none, as after the step that a plan describes.
   */
  unpreparedWitnesses?: string[];
  sendConnectors: DirectoryObject[];
  databases: DatabaseState[];
  clientAccessArrays: DirectoryObject[];
  outlookProviders: DirectoryObject[];
  /** Mailboxes that tests can sign in to, beside the test mailbox. Left out: none. */
  mailboxes?: readonly MailboxState[];
  /** Whether New-TestCasConnectivityUser.ps1 was run. Left out: it was not, as after Setup. */
  testMailbox?: boolean;
}

export interface MailboxState {
  address: string;
  /** The account that signs in: `CONTOSO\probe`, or the mail address. */
  account: string;
  password: string;
}

export interface DatabaseAvailabilityGroupState extends DirectoryObject {
  /** The names of the member servers, in the order in which they joined. */
  servers: string[];
  /** Names of the members that Stop-DatabaseAvailabilityGroup stopped. */
  stopped: string[];
}

export interface DatabaseState extends DirectoryObject {
  /** The name of the server with the active copy. */
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
  /** The health sets that are not Healthy, with their state. */
  unhealthy: { [healthSet: string]: string };
  /** The states that requesters have set, by component and requester. A component that is not listed is Active. */
  components: { [component: string]: { [requester: string]: 'Inactive' | 'Draining' } };
  /** Disturbed results of the Test- cmdlets on the server, by cmdlet. Left out: none is disturbed. */
  connectivity?: { [cmdlet: string]: 'Failure' | 'Skipped' | 'silence' };
  /** Which of the services of POP and IMAP run. Left out: neither, as Setup leaves them. */
  mailServices?: readonly MailService[];
  virtualDirectories: VirtualDirectoryState[];
  certificates: CertificateState[];
  /** Whether the Default Web Site itself takes TLS connections only, as Setup leaves it. */
  requiresSsl: boolean;
  receiveConnectors: DirectoryObject[];
  /** The settings of objects that a server has only one of, by noun. */
  services: { [noun: string]: Settings };
  /** The files that sessions wrote, in base64, by lower-case path. Left out: none. */
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
  /** PKCS #8 in base64; null where the server has only the certificate. */
  privateKey: string | null;
  exportable: boolean;
  friendlyName: string;
  /**
   * `IIS`, `SMTP`, … in Exchange's spelling; without POP and IMAP, which refer to a certificate by one of its names.
   */
  services: string[];
  /** Whether SMTP uses the certificate inside the organization. */
  internalTransport: boolean;
  /** Whether it is bound to the back-end site (port 444). */
  backEnd: boolean;
}
