import { certificatePlace } from '../certificate-name';
import type { FurtherType } from '../further-records';
import type { ProbeScheme, StepKind } from '../resources';

/**
 * Increased when a reader of the previous format could misread the new one. Schema: docs/exchange-plan.schema.json. In
 * 1 every step ran in the session of the organization; in 2 a step may name a `session` of its own.
 */
export const PLAN_FORMAT_VERSION = 2;

/** `exchange-plan.json`: all steps that set up a site from scratch, in an order in which they can run. */
export interface ExchangePlan {
  readonly formatVersion: typeof PLAN_FORMAT_VERSION;
  readonly site: string;
  /** The certificate of a site with a single one. */
  readonly certificate?: PlanCertificate;
  /** The certificates of a site with several, by name. */
  readonly certificates?: { readonly [name: string]: PlanCertificate };
  readonly endpointCertificate: PlanEndpointCertificate;
  /** The servers with a session of their own, by name. Left out: none has one. */
  readonly sessions?: { readonly [server: string]: PlanSession };
  /**
   * What clients experience in a site with old servers beside newer ones, as far as it is documented. Left out: nothing
   * is documented, or there are no such servers.
   */
  readonly legacyClients?: readonly PlanLegacyClient[];
  readonly inputs: readonly PlanInput[];
  readonly steps: readonly PlanStep[];
}

/** The certificate in the PFX. It is listed so that a reviewer notices a renewal. */
export type PlanCertificate = PlanKnownCertificate | PlanUnknownCertificate;

export interface PlanKnownCertificate {
  /** The committed certificate file that this comes from, as declared. */
  readonly file: string;
  /** SHA-1, 40 upper-case hexadecimal digits. */
  readonly thumbprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** DNS names, lower case, sorted. */
  readonly names: readonly string[];
  /** End of its validity, ISO 8601 in UTC. */
  readonly notAfter: string;
}

export interface PlanUnknownCertificate {
  /** Why nothing is known about it, for people. */
  readonly unknown: string;
}

/**
 * Which certificate a server may present when the plan is run over HTTPS. After a deploy the endpoint presents the
 * certificate of the site, which need not hold the name of the server.
 */
export interface PlanEndpointCertificate {
  /** Names of the site's servers, with and without their domain. */
  readonly hosts: readonly string[];
  /** Names of which the certificate of these hosts must hold one, in place of the host's own. */
  readonly names: readonly string[];
}

/** The session of a server, in which all its steps run. */
export interface PlanSession {
  /** As declared; `environment` if it is taken from the environment. */
  readonly endpoint: string;
  readonly version: string;
}

/** What a client experiences that asks a newer server for a mailbox on an older one. */
export interface PlanLegacyClient {
  /** Version of the old servers, such as `2007`, and of the newer ones. */
  readonly old: string;
  readonly newer: string;
  readonly client: string;
  /** The old servers that it applies to. */
  readonly servers: readonly string[];
  readonly sees: string;
  /** Where it is documented. */
  readonly source: string;
}

/** The text for people where no certificate file is declared. */
export function unknownCertificate(name: string | null): string {
  const file = name === null ? 'the PFX file' : `the PFX file of ${name}`;
  return `Synth does not know the certificate in ${file}: the declaration names no ${certificatePlace(name)}.certificateFile.`;
}

/** An input of a run: something that must not or cannot be in the plan. */
export interface PlanInput {
  /** Name of the parameter in the script. */
  readonly name: string;
  /** `credential`: a user with a password. */
  readonly kind: 'file' | 'secret' | 'credential';
  readonly description: string;
}

export type PlanStep =
  | CmdletStep
  | CertificateLookStep
  | ConnectorLookStep
  | PageLookStep
  | AutodiscoverLookStep
  | LoadBalancerStep
  | DnsStep
  | DescribedStep;

interface AnyStep {
  /** Built from stable names: it stays the same when other steps are added or removed. */
  readonly id: string;
  /** Null for an object of the organization. */
  readonly server: string | null;
  /** Ids of steps that must be complete before. */
  readonly after: readonly string[];
  readonly reason: string;
}

export interface CmdletStep extends AnyStep {
  /** The server in whose session it runs, a key of `sessions`. Left out: it runs in the session of the organization. */
  readonly session?: string;
  readonly kind: StepKind;
  readonly cmdlet: string;
  readonly parameters: { readonly [name: string]: PlanValue };
  /** A file that lies on the server while the cmdlet runs. */
  readonly file?: PlanLaidFile;
  /** How its server is put into maintenance around the cmdlet. Left out: it is not. */
  readonly maintenance?: PlanMaintenance;
  /**
   * The question that the cmdlet may ask in the middle of its work (no `-Confirm` prompt), and the answer to give. Left
   * out: none is expected.
   */
  readonly question?: PlanQuestion;
  /** Set for a check: the cmdlet is repeated until it returns the expected values. */
  readonly wait?: PlanWait;
  /** Which clients it can interrupt. Left out: none known. */
  readonly interrupts?: readonly PlanInterruption[];
}

export interface PlanInterruption {
  /** The clients, and what they notice; for people. */
  readonly clients: string;
  /** Where it is documented, or `unverified`. */
  readonly source: string;
}

export interface PlanLaidFile {
  /** Path on the server. */
  readonly path: string;
  /** The calls right before the cmdlet, in order, in the same session. */
  readonly before: readonly PlanCall[];
  /** The calls afterwards, even if the cmdlet or one of the calls in `before` failed. */
  readonly afterwards: readonly PlanCall[];
}

export interface PlanMaintenance {
  /** The calls right before the cmdlet, in order, in the same session. */
  readonly before: readonly PlanCall[];
  /** The calls afterwards, even if the cmdlet or one of the calls in `before` failed. */
  readonly afterwards: readonly PlanCall[];
}

export interface PlanCall {
  readonly cmdlet: string;
  readonly parameters: { readonly [name: string]: PlanValue };
  /** When the call is made: "only if …". Left out: always. */
  readonly condition?: string;
}

export interface PlanQuestion {
  /** The beginning of the question in English. */
  readonly text: string;
  readonly answer: 'yes' | 'no';
}

/**
 * A check from the machine that runs the plan, repeated until it passes. Only the hash of the certificate is compared,
 * and only the name or the request for the page is sent.
 */
interface LookStep extends AnyStep {
  readonly host: string;
  readonly port: number;
  /** Seconds after which the check has failed. */
  readonly seconds: number;
}

/** A check of the certificate that a server presents. */
export interface CertificateLookStep extends LookStep {
  readonly kind: 'shown-certificate';
  /** How the TLS handshake begins; `tls`: with the first byte. */
  readonly scheme: ProbeScheme;
  /** The requested name (SNI). */
  readonly name: string;
  /** SHA-1 thumbprint of the expected certificate. */
  readonly thumbprint: string | PlanReference;
}

/**
 * A check of the certificate that a server presents after STARTTLS: it must be one that a Receive connector of the port
 * selects.
 */
export interface ConnectorLookStep extends LookStep {
  readonly kind: 'connector-certificate';
}

/** A check of a page: it must answer 200 over a connection with the expected certificate. */
export interface PageLookStep extends LookStep {
  readonly kind: 'health-page';
  readonly url: string;
  /** SHA-1 thumbprint of the expected certificate; with any other one, the answer does not count. */
  readonly thumbprint: string | PlanReference;
}

/**
 * A check of Autodiscover on a server: its response for a mailbox, requested as the owner over a connection with the
 * expected certificate.
 */
export interface AutodiscoverLookStep extends LookStep {
  readonly kind: 'autodiscover-answer';
  /** The requested host name. */
  readonly name: string;
  /** SHA-1 thumbprint of the expected certificate; with any other one, nothing is sent. */
  readonly thumbprint: string | PlanReference;
  readonly mailbox: string;
  readonly credential?: PlanValue;
  /** By service and side, such as `ews internal`: the URLs of which the response must contain one. */
  readonly urls: { readonly [serviceAndSide: string]: readonly string[] };
}

/** A manual step for the administrator of the load balancer: the server belongs in its pool. */
export interface LoadBalancerStep extends AnyStep {
  readonly kind: 'load-balancer';
  /**
   * The datacentre or server that declares the load balancer for itself. Left out: it is the load balancer of the site.
   */
  readonly pool?: string;
  readonly virtualAddresses: readonly string[];
  /** Addresses of the server. */
  readonly addresses: readonly string[];
  /** The layer at which it balances. Left out: not declared. */
  readonly layer?: 4 | 7;
  /**
   * Its health checks of the server. Left out for servers before Exchange 2013, which have no health check pages, and
   * for Network Load Balancing, which makes no such checks.
   */
  readonly healthTests?: readonly PlanHealthTest[];
}

/** A health check: the service is healthy on the server while the server's own address answers the URL with 200. */
export interface PlanHealthTest {
  readonly service: string;
  readonly url: string;
  /** Addresses of the load balancer that the check is for. */
  readonly virtualAddresses: readonly string[];
}

/**
 * A manual step for the administrator of a host, because the endpoint of Exchange cannot reach the host or these
 * settings.
 */
export interface DescribedStep extends AnyStep {
  readonly kind: 'described';
  readonly host: string;
  /** Commands to run there, unless it is already configured so. Empty where only the table describes it. */
  readonly commands: readonly string[];
  /** The desired settings. */
  readonly table?: PlanTableOfRows;
}

/** Rows in the order in which they are configured and, for rules, evaluated. Each has a text for every column. */
export interface PlanTableOfRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface DnsStep extends AnyStep {
  readonly kind: 'dns';
  /** Left out for the internal view, or the only one. */
  readonly view?: 'external';
  readonly zone: string;
  /** Relative to the zone; `@` for the zone itself. */
  readonly name: string;
  readonly type: 'A' | 'AAAA' | FurtherType;
  /** Seconds. */
  readonly ttl: number;
  /** For the types A and AAAA. */
  readonly addresses?: readonly string[];
  /** For the other types: each record in the form of a zone file. */
  readonly records?: readonly string[];
}

/** The expected result of a check: which of the returned objects are considered, and what they must contain. */
export interface PlanWait {
  /** Seconds after which the check has failed. With 0 it is made once. */
  readonly seconds: number;
  /** The objects that must be there and are considered. Left out: all objects, of which there must be at least one. */
  readonly objects?: { readonly property: string; readonly values: readonly string[] };
  readonly property: string;
  readonly equals: string | boolean;
  /** Further values that are accepted, as long as at least one object has the expected value. Left out: none. */
  readonly allows?: readonly string[];
}

/** A value of a parameter. Null is `$null`. */
export type PlanValue =
  | null
  | string
  | number
  | boolean
  | readonly PlanValue[]
  | PlanSecret
  | PlanFile
  | PlanReference
  | PlanFormer
  | PlanTable;
export interface PlanSecret {
  /** What the secret is. The input of kind `secret` or `credential` provides it. */
  readonly secret: string;
  /** Name of the input, where the site has several certificates; for a credential always. */
  readonly input?: string;
}
export interface PlanFile {
  /**
   * The value is the bytes of the file that is declared under this path. The input of kind `file` says where the file
   * lies when the plan runs.
   */
  readonly file: string;
  /** Name of the input, where the site has several certificates. */
  readonly input?: string;
}
export interface PlanReference {
  /** Id of an earlier step. */
  readonly reference: string;
  /** Property of the object that it returned. */
  readonly property: string;
}
export interface PlanFormer {
  /** The value is the one that this property had before the step. */
  readonly former: string;
}
export interface PlanTable {
  readonly table: { readonly [key: string]: PlanValue };
}
