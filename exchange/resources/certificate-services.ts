import type { Known } from '../../schema';
import { flag, text, textSet } from '../../schema';
import { thumbprintProblem } from './certificate';
import { remarksOnUse, withServicesInUse } from './certificate-use';
import { defineResource } from './definition';
import { sameName, sameNames } from './equality';
import { certificatesOf } from './installed-certificate';
import { serverAttribute } from './server-attribute';
import type { Step } from './step';

/** Values of -Services on Microsoft's page of Enable-ExchangeCertificate. */
const CERTIFICATE_SERVICES = ['IIS', 'SMTP', 'POP', 'IMAP', 'UM', 'UMCallRouter', 'Federation'] as const;

function servicesProblem(value: Known): string | undefined {
  const names = value as readonly string[];
  if (names.length === 0) return 'no service is named; name at least one, for example IIS';
  const wrong = names.find((name) => !CERTIFICATE_SERVICES.some((service) => sameName(service, name)));
  return wrong === undefined ? undefined : `'${wrong}' is none of ${CERTIFICATE_SERVICES.join(', ')}`;
}

const includes = (names: readonly string[] | null, name: string) =>
  (names ?? []).some((candidate) => sameName(candidate, name));

function enabling(server: string, thumbprint: string, services: readonly string[], reason: string): Step {
  return {
    kind: 'certificate-services',
    server,
    reason,
    invocation: {
      cmdlet: 'Enable-ExchangeCertificate',
      parameters: {
        Server: server,
        Thumbprint: thumbprint,
        Services: services,
        // SMTP asks whether to replace the default certificate, and nobody answers in a remote session.
        ...(includes(services, 'SMTP') ? { Force: true } : {}),
      },
    },
  };
}

/**
 * The services that use a certificate on a server. Exchange cannot take a service away from a certificate, only give
 * it to another one: a destroy gives them back to the certificate that Setup made for the server.
 */
export const certificateServices = defineResource({
  typeName: 'exchange_certificate_services',
  kind: 'certificate-services',
  lifecycle: 'owned',
  description: 'The Exchange services that use a certificate on a server.',
  attributes: {
    server: serverAttribute('Server whose services they are.'),
    thumbprint: text('required', 'Thumbprint of a certificate on the server.', {
      equals: sameName,
      problem: (value) => thumbprintProblem(value as string),
    }),
    services: textSet(
      'required',
      `Services that the certificate must have: ${CERTIFICATE_SERVICES.join(', ')}. Others that it has besides are left alone.`,
      { equals: sameNames, problem: servicesProblem },
    ),
    replace_default_smtp_certificate: flag(
      'optional',
      'Needed to name SMTP: the certificate then becomes the default for SMTP between servers. Left out: SMTP is refused.',
    ),
    fallback_thumbprint: text(
      'computed',
      'The certificate that Setup made for the server, which takes the services over on a destroy. Empty where there is none.',
      { equals: sameName },
    ),
  },
  importId: ['server', 'thumbprint'],
  validate: (config) =>
    includes((config['services'] ?? null) as readonly string[] | null, 'SMTP') &&
    config['replace_default_smtp_certificate'] !== true
      ? [
          {
            severity: 'error',
            summary: 'SMTP would replace the default certificate of the server',
            detail:
              'Exchange asks whether to replace the internal default certificate, and a remote session cannot answer no. Leave SMTP out, or set replace_default_smtp_certificate to true if that is meant.',
            path: [{ attribute: 'services' }],
          },
        ]
      : [],
  steps: ({ prior, planned }) => {
    if (planned === null) {
      const fallback = prior?.fallback_thumbprint ?? '';
      const services = prior?.services ?? [];
      // They may be with another certificate already, and -Services takes no empty list.
      return prior === null || fallback === '' || services.length === 0
        ? []
        : [
            enabling(
              prior.server ?? '',
              fallback,
              services,
              `A service cannot be without a certificate: the server's own takes over.`,
            ),
          ];
    }
    const moved = prior === null || !sameName(prior.thumbprint ?? '', planned.thumbprint ?? '');
    const missing = (planned.services ?? []).filter((name) => moved || !includes(prior.services, name));
    if (missing.length === 0) return [];
    return [
      enabling(
        planned.server ?? '',
        planned.thumbprint ?? '',
        missing,
        'Clients must see the certificate of the site, not the one that Setup made.',
      ),
    ];
  },
  observe: (state) => certificatesOf(state.server ?? ''),
  view: (objects, state, facts) => withServicesInUse(objects, state, state.services ?? [], facts),
  found: (objects, planned, facts) => {
    const there = withServicesInUse(objects, planned, [], facts);
    // The plan did not see a certificate that this run imported since, and shows that it is given all of them.
    const isNew = facts.history?.imported(planned.server ?? '', planned.thumbprint ?? '') ?? false;
    return there && (isNew ? { ...there, services: [] } : there);
  },
  remarks: remarksOnUse,
  forgets: `Where it runs no cmdlet the services stay as they are: the server is still declared, in other letter case, or it has no certificate of Setup's that could take them over.`,
});
