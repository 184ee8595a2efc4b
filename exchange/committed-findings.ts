import { certificatePlace } from './certificate-name';
import { judgeCertificate, type CertificateFinding } from './certificate-checks';
import type { CommittedCertificate } from './committed-certificate';
import { isOnServer, type DeclaredCertificate } from './declared-certificates';
import { requiredNamesOf } from './required-names';
import type { SiteDiagnostic } from './rules/rule';
import type { SiteCertificate } from './site';
import type { Topology } from './topology';

const PLACES: { readonly [about in CertificateFinding['about']]: keyof SiteCertificate } = {
  file: 'certificateFile',
  names: 'names',
  accepted: 'accepted',
};

/**
 * The findings about the committed certificate that a plan would report too. The validity period is checked only by a
 * plan, because synth gives the same result on every day.
 */
export function committedFindings(
  topology: Topology,
  certificate: DeclaredCertificate,
  { read }: CommittedCertificate,
): readonly SiteDiagnostic[] {
  const { services, warnBeforeExpiryDays = 30, accepted = {} } = certificate.declared;
  const servers = topology.site.servers.filter((server) => isOnServer(certificate, server));
  const use = {
    names: requiredNamesOf(topology, certificate, servers),
    services,
    versions: [...new Set(servers.map(({ version }) => version))],
    warnBeforeExpiryDays,
    accepted,
    place: certificatePlace(certificate.name),
  };
  return judgeCertificate(read, use).map(({ id, severity, about, problem, remedy }) => ({
    rule: id,
    severity,
    path: [...certificate.path, { attribute: PLACES[about] }],
    summary: problem,
    detail: remedy,
  }));
}
