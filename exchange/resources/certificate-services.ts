import type { ExpectedQuestion } from '../../powershell/invocation';
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

const SMTP = 'SMTP';

function servicesProblem(value: Known): string | undefined {
  const names = value as readonly string[];
  if (names.length === 0) return 'no service is named; name at least one, for example IIS';
  const wrong = names.find((name) => !CERTIFICATE_SERVICES.some((service) => sameName(service, name)));
  return wrong === undefined ? undefined : `'${wrong}' is none of ${CERTIFICATE_SERVICES.join(', ')}`;
}

const includes = (names: readonly string[] | null, name: string) =>
  (names ?? []).some((candidate) => sameName(candidate, name));

/**
 * How Exchange asks before another certificate becomes the internal transport certificate, shown for New- as for
 * Enable-ExchangeCertificate: https://learn.microsoft.com/exchange/plan-and-deploy/integration-with-sharepoint-and-skype/maintain-oauth-certificate
 */
const DEFAULT_CERTIFICATE_QUESTION = 'Overwrite the existing default SMTP certificate?';

/** Whether the declaration makes the certificate the default one for SMTP. */
function replacesDefault(
  state: {
    readonly services: readonly string[] | null;
    readonly replace_default_smtp_certificate: boolean | null;
  } | null,
): boolean {
  return state?.replace_default_smtp_certificate === true && includes(state.services, SMTP);
}

interface Enabling {
  readonly server: string;
  readonly thumbprint: string;
  readonly services: readonly string[];
  /** Whether the certificate becomes the one that SMTP uses between servers. */
  readonly replacesDefault: boolean;
  readonly reason: string;
}

function enabling({ server, thumbprint, services, replacesDefault, reason }: Enabling): Step {
  const parameters = { Server: server, Thumbprint: thumbprint, Services: services };
  // The question is no confirmation: -Confirm:$false does not answer it, and -Force answers Yes.
  const question: ExpectedQuestion = {
    text: DEFAULT_CERTIFICATE_QUESTION,
    names: thumbprint,
    answer: replacesDefault ? 'yes' : 'no',
  };
  return {
    kind: 'certificate-services',
    server,
    reason,
    invocation: {
      cmdlet: 'Enable-ExchangeCertificate',
      parameters,
      ...(includes(services, SMTP) ? { question } : {}),
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
      'Whether the certificate, where SMTP is among the services, also becomes the default one that the servers use among themselves. Left out, or false: the default stays as it is. Taken back: the certificate that Setup made is the default again.',
    ),
    fallback_thumbprint: text(
      'computed',
      'The certificate that Setup made for the server, which takes the services over on a destroy. Empty where there is none.',
      { equals: sameName },
    ),
  },
  importId: ['server', 'thumbprint'],
  steps: ({ prior, planned }) => {
    if (planned === null) {
      const fallback = prior?.fallback_thumbprint ?? '';
      const services = prior?.services ?? [];
      // They may be with another certificate already, and -Services takes no empty list.
      if (prior === null || fallback === '' || services.length === 0) return [];
      return [
        enabling({
          server: prior.server ?? '',
          thumbprint: fallback,
          services,
          replacesDefault: replacesDefault(prior),
          reason: `A service cannot be without a certificate: the server's own takes over.`,
        }),
      ];
    }
    const moved = prior === null || !sameName(prior.thumbprint ?? '', planned.thumbprint ?? '');
    const [replaced, replaces] = [replacesDefault(prior), replacesDefault(planned)];
    const missing = (planned.services ?? []).filter(
      (name) => moved || !includes(prior.services, name) || (replaces && !replaced && sameName(name, SMTP)),
    );
    const fallback = prior?.fallback_thumbprint ?? '';
    return [
      ...(missing.length === 0
        ? []
        : [
            enabling({
              server: planned.server ?? '',
              thumbprint: planned.thumbprint ?? '',
              services: missing,
              replacesDefault: replaces,
              reason: 'Clients must see the certificate of the site, not the one that Setup made.',
            }),
          ]),
      ...(!replaced || replaces || fallback === ''
        ? []
        : [
            enabling({
              server: planned.server ?? '',
              thumbprint: fallback,
              services: [SMTP],
              replacesDefault: true,
              reason: `The certificate is no longer to be the default one for SMTP: the server's own is again.`,
            }),
          ]),
    ];
  },
  observe: (state) => certificatesOf(state.server ?? ''),
  view: (objects, state, facts) => withServicesInUse(objects, state, state.services ?? [], facts),
  found: (objects, planned, facts) => {
    const there = withServicesInUse(objects, planned, [], facts);
    // The plan did not see a certificate that this run imported since, and shows that it is given all of them.
    const isNew = facts.history?.imported(planned.server ?? '', planned.thumbprint ?? '') ?? false;
    // Whether it is the default certificate for SMTP no certificate tells.
    const found = there && { ...there, replace_default_smtp_certificate: null };
    return found && (isNew ? { ...found, services: [] } : found);
  },
  remarks: remarksOnUse,
  forgets: `Where it runs no cmdlet the services stay as they are: the server is still declared, in other letter case, or it has no certificate of Setup's that could take them over.`,
});
