import { SMTP, type Enabling } from './certificate-steps';
import type { CertificateState } from './certificate-use';
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

/** Thumbprints of the certificates that a change lets go of, whether or not they can be removed. */
export function partingThumbprints({ prior, planned }: CertificateChange): readonly string[] {
  const before = prior?.imported ?? [];
  return planned === null ? before : before.filter((own) => !includesName(planned.imported ?? before, own));
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
    return fallback === '' || services.length === 0
      ? []
      : [
          {
            server,
            thumbprint: fallback,
            services,
            replacesDefault: replaced,
            reason: `A service cannot be without a certificate: the server's own takes over.`,
          },
        ];
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
