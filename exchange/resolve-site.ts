import { committedFindings } from './committed-findings';
import {
  committedCertificate,
  isCommitted,
  type CommittedCertificate,
  type DeclaredFiles,
} from './committed-certificate';
import type { DeclaredCertificate } from './declared-certificates';
import { elementsOf, type Element } from './element';
import { inOrder } from './element-order';
import { elementsOfPhases } from './phases';
import { type LegacyClient, legacyTable } from './legacy-table';
import { endpointNames } from './required-names';
import type { StepKind } from './resources';
import { checkForm, checkRules, type SiteDiagnostic } from './rules';
import type { ExchangeSiteProps } from './site';
import { type Topology, topologyOf } from './topology';

/** A certificate of the declaration, and what is known of it. */
export interface KnownCertificate extends DeclaredCertificate {
  /** The certificate in the PFX; left out where no file is committed that says so. */
  readonly committed?: CommittedCertificate;
}

/** A server that is drained, and the name with its domain of the one that takes over its messages, if there is one. */
export interface DrainedServer {
  readonly server: string;
  readonly redirectTo?: string;
}

/** What a declaration comes to. */
export interface DesiredState {
  /** In an order in which they can be made: the record sets last. */
  readonly elements: readonly Element[];
  /** In the order of the declaration; none where it has not the form of one. */
  readonly certificates: readonly KnownCertificate[];
  /** Names one of which the certificate of the site's endpoint may have. */
  readonly endpointNames: readonly string[];
  /** Servers that are drained around what their clients would feel, in the order of the rollout. */
  readonly drained: readonly DrainedServer[];
  /** Of a site with old servers beside newer ones, as far as it is documented. */
  readonly legacyClients: readonly LegacyClient[];
  /** Errors and warnings, in the order of the rules. */
  readonly diagnostics: readonly SiteDiagnostic[];
}

/**
 * What a declaration comes to: its elements in their order, and what is wrong. Pure: the same declaration gives the same
 * answer. Never throws for what a declaration says; where an error is found, elements may be missing or stand in another
 * order, and nothing of it may be deployed.
 *
 * @param certificateFiles what lies where the declaration has certificate files; left out where it names none
 */
export function resolveSite(
  site: ExchangeSiteProps,
  certificateFiles: DeclaredFiles = new Map(),
): DesiredState {
  const malformed = checkForm(site);
  if (malformed.length > 0) {
    return {
      elements: [],
      certificates: [],
      endpointNames: [],
      drained: [],
      legacyClients: [],
      diagnostics: malformed,
    };
  }
  const topology = topologyOf(site);
  const elements = elementsOfPhases(topology);
  const certificates = topology.certificates.map((certificate) => ({
    ...certificate,
    committed: committedCertificate(certificate, certificateFiles),
  }));
  const diagnostics = [
    ...checkRules({
      site,
      topology,
      objects: elementsOf(elements, 'exchange-object'),
      recordSets: elementsOf(elements, 'record-set'),
      certificates,
    }),
    ...certificates.flatMap(({ committed, ...certificate }) =>
      isCommitted(committed) ? committedFindings(topology, certificate, committed) : [],
    ),
  ];
  // Two servers of one name, for example, would wait for each other.
  const isSound = diagnostics.every(({ severity }) => severity !== 'error');
  return {
    elements: isSound ? inOrder(serverByServer(elements)) : elements,
    certificates: certificates.map(({ committed, ...certificate }) => ({
      ...certificate,
      ...(isCommitted(committed) ? { committed } : {}),
    })),
    endpointNames: endpointNames(topology),
    drained: drainedServers(topology),
    legacyClients: legacyTable(topology.placements),
    diagnostics,
  };
}

function drainedServers({ placements }: Topology): readonly DrainedServer[] {
  return placements.flatMap(({ server, maintenance }) => {
    if (maintenance === undefined) return [];
    const { redirectTo } = maintenance;
    return [{ server: server.name, ...(redirectTo === undefined ? {} : { redirectTo: redirectTo.fqdn }) }];
  });
}

/**
 * Each server whole, from its certificate to its gate, so that people read it and a script runs it in one piece, also
 * where servers need not wait for each other. Service connection points come first, and client access arrays after them:
 * they wait for nothing.
 */
function serverByServer(elements: readonly Element[]): readonly Element[] {
  const ofKind = (kind: StepKind) =>
    elementsOf(elements, 'exchange-object').filter(({ definition }) => definition.kind === kind);
  return [...new Set([...ofKind('scp'), ...ofKind('client-access-array'), ...ofKind('health'), ...elements])];
}
