import { IIS, SMTP, type Enabling } from './certificate-steps';
import type { CertificateState } from './certificate-use';
import type { Facts } from './facts';
import { includesName, sameName } from './equality';

/** What a change of the certificate of a server depends on, of its attributes. */
export interface CertificateRole extends Omit<CertificateState, 'not_after'> {
  readonly replace_default_smtp_certificate: boolean | null;
}

export interface CertificateChange {
  readonly prior: CertificateRole | null;
  readonly planned: CertificateRole | null;
}

/** Whether the declaration makes the certificate the default one for SMTP. */
export function replacesDefault(state: CertificateRole | null): boolean {
  return state?.replace_default_smtp_certificate === true && includesName(state.services, SMTP);
}

/** What the declaration has for the server beside the object, as it is planned. */
function declaredBeside({ planned }: CertificateChange, { declared = [] }: Facts) {
  return declared.filter(({ pfxFile }) => pfxFile !== planned?.pfx_file);
}

/** Name of the certificate of the state in the declaration, where another object is to have it from now on. */
export function takenOver(change: CertificateChange, facts: Facts): string | undefined {
  const { prior } = change;
  return declaredBeside(change, facts).find(({ pfxFile }) => pfxFile === prior?.pfx_file)?.name;
}

/** The other certificate that is to have a service on the server from now on. */
export function takerOf(service: string, change: CertificateChange, facts: Facts): string | undefined {
  return declaredBeside(change, facts).find(({ services }) => includesName(services, service))?.name;
}

/**
 * Thumbprints of the certificates that a change lets go of, whether or not they can be removed; none where another object
 * of the server is to have what this one had.
 */
export function partingThumbprints(change: CertificateChange, facts: Facts): readonly string[] {
  const { prior, planned } = change;
  const before = prior?.imported ?? [];
  if (planned === null) return before;
  if (takenOver(change, facts) !== undefined) return [];
  return before.filter((own) => !includesName(planned.imported ?? before, own));
}

/**
 * What really leaves with an object: nothing of a certificate that another object is to have, and no service that another
 * certificate of the server is to have. What would leave if the object left the declaration its state says.
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

/** What a change gives to which certificate, in order. A thumbprint that only a run knows is empty. */
export function handovers({ prior, planned }: CertificateChange): readonly Enabling[] {
  const server = (planned ?? prior)?.server ?? '';
  const fallback = prior?.fallback_thumbprint ?? '';
  const [replaced, replaces] = [replacesDefault(prior), replacesDefault(planned)];
  if (planned === null) {
    // SMTP stays with the default certificate, which has it. The others may be with another one already, and -Services
    // takes no empty list.
    const services = (prior?.services ?? []).filter((name) => replaced || !sameName(name, SMTP));
    if (fallback === '' || services.length === 0) return [];
    // Beside the one that clients see others may stay, of which each service may go to one.
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
