import { isCommitted, type DeclaredFiles } from './committed-certificate';
import { committedFindings } from './committed-findings';
import { drainedServers, type DrainedServer } from './drained-servers';
import { elementsOf, type Element } from './element';
import { serverByServer } from './element-order';
import { knownCertificates, withCommittedFiles, type KnownCertificate } from './known-certificate';
import { type LegacyClient, legacyTable } from './legacy-table';
import { elementsOfPhases } from './phases';
import { endpointNames } from './required-names';
import { checkForm, checkRules, type SiteDiagnostic } from './rules';
import type { ExchangeSiteProps } from './site';
import { topologyOf } from './topology';

/** The desired state of a site, derived from its declaration. */
export interface DesiredState {
  /** In an order in which they can be created. The DNS records come last. */
  readonly elements: readonly Element[];
  /** In the order of the declaration. Empty where the declaration does not have the right form. */
  readonly certificates: readonly KnownCertificate[];
  /** Names by which the TLS certificate of the site's endpoint may be recognized. */
  readonly endpointNames: readonly string[];
  /** Servers that are put into maintenance around steps that interrupt their clients, in the order of the rollout. */
  readonly drained: readonly DrainedServer[];
  /** What clients experience in a site with old servers beside newer ones, as far as it is documented. */
  readonly legacyClients: readonly LegacyClient[];
  /** Errors and warnings, in the order of the rules. */
  readonly diagnostics: readonly SiteDiagnostic[];
}

/** The result for a declaration that does not have the right form. */
const NOTHING: Omit<DesiredState, 'diagnostics'> = {
  elements: [],
  certificates: [],
  endpointNames: [],
  drained: [],
  legacyClients: [],
};

/**
 * Derives the desired state from a declaration, and checks the declaration. Pure: the same declaration gives the same
 * result. It never throws because of what a declaration says. If it finds an error, elements may be missing or in another
 * order, and nothing of the result may be deployed.
 *
 * @param certificateFiles the contents of the declared certificate files; left out where none is declared
 */
export function resolveSite(
  site: ExchangeSiteProps,
  certificateFiles: DeclaredFiles = new Map(),
): DesiredState {
  const malformed = checkForm(site);
  if (malformed.length > 0) return { ...NOTHING, diagnostics: malformed };
  const topology = topologyOf(site);
  const elements = elementsOfPhases(topology);
  const certificates = withCommittedFiles(topology.certificates, certificateFiles);
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
  // With an error there may be no order: two servers of the same name, for example, would wait for each other.
  const isSound = diagnostics.every(({ severity }) => severity !== 'error');
  return {
    elements: isSound ? serverByServer(elements) : elements,
    certificates: knownCertificates(certificates),
    endpointNames: endpointNames(topology),
    drained: drainedServers(topology),
    legacyClients: legacyTable(topology.placements),
    diagnostics,
  };
}
