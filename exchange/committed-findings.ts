import { path, type Path } from '../schema';
import { judgeCertificate, type CertificateFinding } from './certificate-checks';
import type { CommittedCertificate } from './committed-certificate';
import { requiredNames } from './required-names';
import type { SiteDiagnostic } from './rules/rule';
import type { ExchangeSiteProps } from './site';

const PLACES: { readonly [about in CertificateFinding['about']]: Path } = {
  file: path('certificate', 'certificateFile'),
  names: path('certificate', 'names'),
  accepted: path('certificate', 'accepted'),
};

/**
 * What is found about the committed certificate, as a plan finds it. Whether it is valid, and for how long, only a plan
 * says: the same declaration gives the same answer on every day.
 */
export function committedFindings(
  site: ExchangeSiteProps,
  { read }: CommittedCertificate,
): readonly SiteDiagnostic[] {
  const { services, warnBeforeExpiryDays = 30, accepted = {} } = site.certificate;
  const versions = [...new Set(site.servers.map(({ version }) => version))];
  const names = requiredNames(site);
  return judgeCertificate(read, { names, services, versions, warnBeforeExpiryDays, accepted }).map(
    ({ id, severity, about, problem, remedy }) => ({
      rule: id,
      severity,
      path: PLACES[about],
      summary: problem,
      detail: remedy,
    }),
  );
}
