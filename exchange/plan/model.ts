import { certificatePlace } from '../certificate-name';
import type { FurtherType } from '../further-records';
import type { ProbeScheme, StepKind } from '../resources';

/**
 * Raised when a reader of the old form could misread the new one. Schema: docs/exchange-plan.schema.json. In 1 every step ran
 * in the session of the organization; in 2 a step may name a `session` of its own.
 */
export const PLAN_FORMAT_VERSION = 2;

/** `exchange-plan.json`: every step of a site from nothing, in an order in which they can run. */
export interface ExchangePlan {
  readonly formatVersion: typeof PLAN_FORMAT_VERSION;
  readonly site: string;
  /** Of a site with one certificate. */
  readonly certificate?: PlanCertificate;
  /** Of a site with several, by their names. */
  readonly certificates?: { readonly [name: string]: PlanCertificate };
  readonly endpointCertificate: PlanEndpointCertificate;
  /** Of servers that have a session of their own, by their names. Left out: none has. */
  readonly sessions?: { readonly [server: string]: PlanSession };
  /** Of a site with old servers beside newer ones, as far as it is documented. Left out: there is nothing to say. */
  readonly legacyClients?: readonly PlanLegacyClient[];
  readonly inputs: readonly PlanInput[];
  readonly steps: readonly PlanStep[];
}

/** The certificate in the PFX, so that a review sees a renewal. */
export type PlanCertificate = PlanKnownCertificate | PlanUnknownCertificate;

export interface PlanKnownCertificate {
  /** The committed file that says so, as declared. */
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
  /** Why nothing is known of it, for people. */
  readonly unknown: string;
}

/**
 * Which certificate a server may show to whoever runs the plan over HTTPS: that of Exchange's endpoint is the site's once it
 * is deployed, which need not have the name of its server.
 */
export interface PlanEndpointCertificate {
  /** Names of the site's servers, with and without their domain. */
  readonly hosts: readonly string[];
  /** At these hosts the certificate may have one of these names. */
  readonly names: readonly string[];
}

/** Where the session of a server is opened, in which all its steps run. */
export interface PlanSession {
  /** As declared: `environment` where the environment says it. */
  readonly endpoint: string;
  readonly version: string;
}

/** What a client sees that asks a newer server for a mailbox on an older one. */
export interface PlanLegacyClient {
  /** Version of the old servers, such as `2007`, and of the newer ones. */
  readonly old: string;
  readonly newer: string;
  readonly client: string;
  /** The old servers of which it is so. */
  readonly servers: readonly string[];
  readonly sees: string;
  /** Where it is documented. */
  readonly source: string;
}

/** What is said where no certificate file is declared. */
export function unknownCertificate(name: string | null): string {
  const file = name === null ? 'the PFX file' : `the PFX file of ${name}`;
  return `Synth does not know the certificate in ${file}: the declaration names no ${certificatePlace(name)}.certificateFile.`;
}

/** Something that a run is given, because it must not, or cannot, stand in the plan. */
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
  /** From stable names: it stays the same while other steps come and go. */
  readonly id: string;
  /** Null for an object of the organization. */
  readonly server: string | null;
  /** Ids of steps that must be done before. */
  readonly after: readonly string[];
  readonly reason: string;
}

export interface CmdletStep extends AnyStep {
  /** The server in whose own session it runs, one of `sessions`. Left out: it runs in that of the organization. */
  readonly session?: string;
  readonly kind: StepKind;
  readonly cmdlet: string;
  readonly parameters: { readonly [name: string]: PlanValue };
  /** A file that lies on the server while the cmdlet runs. */
  readonly file?: PlanLaidFile;
  /** What takes its server out of service around the cmdlet. Left out: nothing does. */
  readonly maintenance?: PlanMaintenance;
  /** What the cmdlet may ask, and the answer that is meant. */
  readonly question?: PlanQuestion;
  /** The step is a check: the cmdlet is repeated until every expected value is seen. */
  readonly wait?: PlanWait;
  /** Which clients it can interrupt. Left out: none are known. */
  readonly interrupts?: readonly PlanInterruption[];
}

export interface PlanInterruption {
  /** Who, and how they notice; for people. */
  readonly clients: string;
  /** Where it is documented, or `unverified`. */
  readonly source: string;
}

export interface PlanLaidFile {
  /** On the server. */
  readonly path: string;
  /** What runs right before the cmdlet, in order, in the same session. */
  readonly before: readonly PlanCall[];
  /** What runs after it, and after what is before it, however they ended. */
  readonly afterwards: readonly PlanCall[];
}

export interface PlanMaintenance {
  /** What runs right before the cmdlet, in order, in the same session. */
  readonly before: readonly PlanCall[];
  /** What runs after it, and after what is before it, however they ended. */
  readonly afterwards: readonly PlanCall[];
}

export interface PlanCall {
  readonly cmdlet: string;
  readonly parameters: { readonly [name: string]: PlanValue };
  /** When it runs: "only if …". Left out: always. */
  readonly condition?: string;
}

export interface PlanQuestion {
  /** How it begins in English. */
  readonly text: string;
  readonly answer: 'yes' | 'no';
}

/**
 * A look from the machine that runs the plan, repeated until it shows what it must. Only the hash of the certificate is
 * compared; nothing is sent but the name, or the request for the page.
 */
interface LookStep extends AnyStep {
  readonly host: string;
  readonly port: number;
  /** After so many seconds it has failed. */
  readonly seconds: number;
}

/** The certificate that a server shows. */
export interface CertificateLookStep extends LookStep {
  readonly kind: 'shown-certificate';
  /** How the handshake is come to; `tls`: it is the first that is sent. */
  readonly scheme: ProbeScheme;
  /** The name that is asked for (SNI). */
  readonly name: string;
  /** SHA-1 of the certificate that must be shown. */
  readonly thumbprint: string | PlanReference;
}

/** The certificate that a server shows after STARTTLS: one that a Receive connector of the port selects. */
export interface ConnectorLookStep extends LookStep {
  readonly kind: 'connector-certificate';
}

/** A page that must answer 200 behind that certificate. */
export interface PageLookStep extends LookStep {
  readonly kind: 'health-page';
  readonly url: string;
  /** SHA-1 of the certificate without which the answer does not count. */
  readonly thumbprint: string | PlanReference;
}

/** What Autodiscover of a server hands out for a mailbox, asked for as its owner behind that certificate. */
export interface AutodiscoverLookStep extends LookStep {
  readonly kind: 'autodiscover-answer';
  /** The name that is asked for. */
  readonly name: string;
  /** SHA-1 of the certificate without which nothing is sent. */
  readonly thumbprint: string | PlanReference;
  readonly mailbox: string;
  readonly credential?: PlanValue;
  /** By service and side, such as `ews internal`: URLs of which one must be handed out. */
  readonly urls: { readonly [serviceAndSide: string]: readonly string[] };
}

/** For whoever configures the load balancer: the server is one of its pool. */
export interface LoadBalancerStep extends AnyStep {
  readonly kind: 'load-balancer';
  /** The datacentre, or the server, that has the load balancer to itself. Left out: it is that of the site. */
  readonly pool?: string;
  readonly virtualAddresses: readonly string[];
  /** Of the server. */
  readonly addresses: readonly string[];
  /** How far the load balancer sees. Left out: it is not declared. */
  readonly layer?: 4 | 7;
  /** What it asks the server for. Left out: Exchange before 2013 answers nothing, nor does a cluster of its own ask. */
  readonly healthTests?: readonly PlanHealthTest[];
}

/** A service is well on the server while the URL, asked of the server's own address, is answered with 200. */
export interface PlanHealthTest {
  readonly service: string;
  readonly url: string;
  /** Addresses of the load balancer behind which it counts. */
  readonly virtualAddresses: readonly string[];
}

/** For whoever administers the host: Exchange's endpoint does not reach it, or not what is to be set there. */
export interface DescribedStep extends AnyStep {
  readonly kind: 'described';
  readonly host: string;
  /** To be run there, where it is not so already. Empty where the table alone says it. */
  readonly commands: readonly string[];
  /** How it must be there. */
  readonly table?: PlanTableOfRows;
}

/** Rows in the order in which they are set and, of rules, looked at; each has a text for every column. */
export interface PlanTableOfRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface DnsStep extends AnyStep {
  readonly kind: 'dns';
  /** Left out: the internal view, or the only one. */
  readonly view?: 'external';
  readonly zone: string;
  /** Relative to the zone; `@` for the zone itself. */
  readonly name: string;
  readonly type: 'A' | 'AAAA' | FurtherType;
  /** Seconds. */
  readonly ttl: number;
  /** Of types A and AAAA. */
  readonly addresses?: readonly string[];
  /** Of the other types: each record as a zone file has it. */
  readonly records?: readonly string[];
}

/** The objects that the cmdlet returns, and what must be seen in them. */
export interface PlanWait {
  /** After so many seconds the check has failed. */
  readonly seconds: number;
  /** Left out: every object, and at least one. */
  readonly objects?: { readonly property: string; readonly values: readonly string[] };
  readonly property: string;
  readonly equals: string | boolean;
  /** Values that objects may have besides, where at least one has the value itself. Left out: none. */
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
  /** What it is; the input of kind `secret` gives it, or that of kind `credential`. */
  readonly secret: string;
  /** Name of the input, where the site has several certificates; of a credential always. */
  readonly input?: string;
}
export interface PlanFile {
  /** The bytes of this file. */
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
  /** The value that this property had before the step. */
  readonly former: string;
}
export interface PlanTable {
  readonly table: { readonly [key: string]: PlanValue };
}
