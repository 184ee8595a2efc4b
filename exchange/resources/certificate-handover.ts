import { IIS, SMTP, type Enabling } from './certificate-steps';
import type { CertificateState } from './certificate-use';
import type { Facts } from './facts';
import { includesName, sameName } from './equality';

/** The attributes that determine what a change of a server's certificate does. */
export interface CertificateRole extends Omit<CertificateState, 'not_after'> {
  readonly replace_default_smtp_certificate: boolean | null;
}

export interface CertificateChange {
  readonly prior: CertificateRole | null;
  readonly planned: CertificateRole | null;
}

/** Whether the certificate is declared to be the default SMTP certificate. */
export function replacesDefault(state: CertificateRole | null): boolean {
  return state?.replace_default_smtp_certificate === true && includesName(state.services, SMTP);
}

/** The other certificates that are declared for the same server. */
function declaredBeside({ planned }: CertificateChange, { declared = [] }: Facts) {
  return declared.filter(({ pfxFile }) => pfxFile !== planned?.pfx_file);
}

/**
 * The declared name of the certificate in the prior state, if from now on it belongs to another object of the server.
 */
export function takenOver(change: CertificateChange, facts: Facts): string | undefined {
  const { prior } = change;
  return declaredBeside(change, facts).find(({ pfxFile }) => pfxFile === prior?.pfx_file)?.name;
}

/** The name of the other certificate that the declaration assigns a service to on the server. */
export function takerOf(service: string, change: CertificateChange, facts: Facts): string | undefined {
  return declaredBeside(change, facts).find(({ services }) => includesName(services, service))?.name;
}

/**
 * Thumbprints of the certificates that a change gives up, whether or not they can be removed. Empty where another
 * object of the server takes the certificate over.
 */
export function partingThumbprints(change: CertificateChange, facts: Facts): readonly string[] {
  const { prior, planned } = change;
  const before = prior?.imported ?? [];
  if (planned === null) return before;
  if (takenOver(change, facts) !== undefined) return [];
  return before.filter((own) => !includesName(planned.imported ?? before, own));
}

/**
 * What is really removed with an object: not a certificate that another object takes over, and not a service that
 * another certificate of the server gets. The state itself lists what would be removed if the object left the
 * declaration.
 */
export function leavingOnly<Role extends CertificateRole>(
  change: CertificateChange,
  prior: Role,
  facts: Facts,
): Role {
  if (takenOver(change, facts) !== undefined) return { ...prior, imported: [], services: [] };
  const services = (prior.services ?? []).filter((name) => takerOf(name, change, facts) === undefined);
  return { ...prior, services };
}

/**
 * Which services a change enables for which certificate, in order. A thumbprint that is known only during the run is
 * empty.
 */
export function handovers({ prior, planned }: CertificateChange): readonly Enabling[] {
  const server = (planned ?? prior)?.server ?? '';
  const fallback = prior?.fallback_thumbprint ?? '';
  const [replaced, replaces] = [replacesDefault(prior), replacesDefault(planned)];
  if (planned === null) {
    // SMTP stays with the default certificate, which has it already. The other services may already belong to another
    // one, and -Services does not accept an empty list.
    const services = (prior?.services ?? []).filter((name) => replaced || !sameName(name, SMTP));
    if (fallback === '' || services.length === 0) return [];
    // Other certificates may remain beside the one for IIS, and take over single services.
    const isSeen = includesName(services, IIS);
    const calls = isSeen ? [services] : services.map((name) => [name]);
    return calls.map((some) => ({
      server,
      thumbprint: fallback,
      services: some,
      ...(isSeen ? {} : { from: prior?.thumbprint ?? '' }),
      replacesDefault: replaced,
      reason: `A service cannot be without a certificate: the server's own takes over.`,
    }));
  }
  const thumbprint = planned.thumbprint ?? '';
  const isMoved = prior === null || !sameName(prior.thumbprint ?? '', thumbprint);
  const missing = (planned.services ?? []).filter(
    (name) =>
      isMoved || !includesName(prior.services, name) || (replaces && !replaced && sameName(name, SMTP)),
  );
  return [
    ...(missing.length === 0
      ? []
      : [
          {
            server,
            thumbprint,
            services: missing,
            replacesDefault: replaces,
            reason: 'Clients must see the certificate of the site, not the one that Setup made.',
          },
        ]),
    ...(!replaced || replaces || fallback === ''
      ? []
      : [
          {
            server,
            thumbprint: fallback,
            services: [SMTP],
            replacesDefault: true,
            reason: `The certificate is no longer to be the default one for SMTP: the server's own is again.`,
          },
        ]),
  ];
}
