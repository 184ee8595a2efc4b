import type { Known, Problem } from '../../schema';
import { flag, text, textMap, textSet } from '../../schema';
import { handovers, partingThumbprints, replacesDefault } from './certificate-handover';
import { foreseenPartings, partingInquiries } from './certificate-parting';
import { clearing, enabling, importing, removing } from './certificate-steps';
import { certificateOfWeb, remarksOnUse, servicesSeen, withCertificateInUse } from './certificate-use';
import { defineResource } from './definition';
import { includesName, notAmong, sameName, sameNames } from './equality';
import {
  DEFAULT_HEALTH_SECONDS,
  healthChecks,
  PROTOCOLS_MEANING,
  protocolsProblem,
  timeoutSeconds,
} from './health-checks';
import { certificatesOf, installedCertificates, withThumbprint } from './installed-certificate';
import { serverAttribute } from './server-attribute';

const SEEN_WITH_THEM = 'only if the plan finds them on the certificate that goes';

/** 40 hexadecimal digits, as Windows and Exchange write a thumbprint, without spaces. */
const SHA_1 = /^[0-9a-f]{40}$/i;
const SHA_256 = /^[0-9a-f]{64}$/i;

export function thumbprintProblem(value: string): Problem | undefined {
  if (SHA_1.test(value)) return undefined;
  const digits = value.replace(/[\s:]/g, '').toUpperCase();
  return {
    problem: `'${value}' is not a thumbprint`,
    remedy: SHA_1.test(digits)
      ? `write it as '${digits}'`
      : SHA_256.test(digits)
        ? 'this is the SHA-256 fingerprint; give the thumbprint that Exchange shows, of 40 hexadecimal digits'
        : 'give the 40 hexadecimal digits without spaces or hidden characters',
  };
}

/**
 * Values of -Services on Microsoft's page of Enable-ExchangeCertificate, except Federation, which the federation trust
 * determines.
 */
const CERTIFICATE_SERVICES = ['IIS', 'SMTP', 'POP', 'IMAP', 'UM', 'UMCallRouter'] as const;

function servicesProblem(value: Known): Problem | undefined {
  const names = value as readonly string[];
  if (names.length === 0) {
    return { problem: 'no service is named', remedy: 'name at least one, for example IIS' };
  }
  return notAmong(CERTIFICATE_SERVICES, names);
}

/** Whether only the server is known, as in an import, which gives neither services nor a thumbprint. */
function isOfServer(state: {
  readonly thumbprint: string | null;
  readonly services: readonly string[] | null;
}): boolean {
  return state.thumbprint === null && state.services === null;
}

/**
 * The certificate of a server with its services. It is one object, whichever PFX it comes from: a new PFX is an update
 * in place, which imports the new certificate, moves the services to it, checks the server, and only then removes the
 * old certificate.
 *
 * Exchange cannot take a service away from a certificate, but only move it to another one. A destroy therefore moves
 * the services back to the certificate that Setup made for the server.
 */
export const certificate = defineResource({
  typeName: 'exchange_certificate',
  kind: 'certificate-import',
  lifecycle: 'owned',
  description:
    'The certificate of a server from a PFX file, with its private key and the Exchange services that use it.',
  attributes: {
    server: serverAttribute('Server that holds the certificate.'),
    pfx_file: text(
      'required',
      'PFX (PKCS #12) file on the machine that runs Terraform, as a path from the folder it runs in. Where a block `public_certificate` of the provider names it, a plan does not need the file.',
    ),
    pfx_password: text(
      'optional',
      'Password of the PFX. Write-only: give it from an ephemeral variable; it is kept in neither state nor plan. Left out: the file has no password, or a plan does not need the file.',
      { writeOnly: true, sensitive: true },
    ),
    required_names: textSet(
      'optional',
      'Names that the certificate must cover: those that clients use, and those that the declaration lists for it. Left out: not checked.',
      { equals: sameNames },
    ),
    expected_thumbprint: text(
      'optional',
      'Thumbprint that the PFX must have, so that a review sees which certificate it is. Left out: any.',
      { equals: sameName, problem: (value) => thumbprintProblem(value as string) },
    ),
    accepted_findings: textMap(
      'optional',
      'Findings about the certificate that are right here: the reason, by the name of the finding. The plan does not show these. Left out: the plan shows every finding. A name that the plan has no finding for is a warning.',
    ),
    warn_before_expiry_days: {
      type: 'number',
      mode: 'optional-computed',
      description: 'Days before expiry from which a plan warns. Left out: 30.',
      defaultValue: 30,
    },
    private_key_exportable: flag(
      'optional-computed',
      'Whether the key can be exported again from the server. Left out: true, as several servers share one certificate. It counts when a certificate is imported; one that is there already keeps what it has.',
      { defaultValue: true },
    ),
    services: textSet(
      'required',
      `Services that the certificate must have: ${CERTIFICATE_SERVICES.join(', ')}. Others that it has besides stay with it.`,
      { equals: sameNames, problem: servicesProblem },
    ),
    replace_default_smtp_certificate: flag(
      'optional',
      'Whether the certificate, where SMTP is among the services, also becomes the default one that the servers use among themselves. Left out, or false: the default stays as it is. Taken back: the certificate that Setup made is the default again.',
    ),
    protocols: textSet(
      'optional',
      `Protocols that must answer with a new certificate before the old one is removed: ${PROTOCOLS_MEANING} Left out: only the services of Exchange must run.`,
      { equals: sameNames, problem: protocolsProblem },
    ),
    timeout_seconds: timeoutSeconds('they answer'),
    thumbprint: text('computed', 'SHA-1 thumbprint of the certificate that has the services.', {
      equals: sameName,
      distinguishes: true,
    }),
    imported: textSet(
      'computed',
      'Thumbprints of the certificates that were imported here and are still on the server: one, or after a renewal that stopped half-way the old and the new one. A certificate that was on the server before is not among them, and is never removed.',
      { equals: sameNames },
    ),
    left_on_server: textSet(
      'computed',
      'In a plan, thumbprints of certificates that were imported here and that the change lets go of without removing them, since something may use them. Empty otherwise.',
      { equals: sameNames },
    ),
    subject: text('computed', 'Subject of the certificate.'),
    issuer: text('computed', 'Issuer of the certificate.'),
    names: textSet('computed', 'DNS names on the certificate.', { equals: sameNames }),
    not_after: text('computed', 'End of its validity, ISO 8601 in UTC.'),
    fallback_thumbprint: text(
      'computed',
      'The certificate that Setup made for the server, which takes the services over on a destroy. Empty where there is none.',
      { equals: sameName },
    ),
  },
  importId: ['server', 'thumbprint'],
  declaredExisting: ({ server }) =>
    `certificate: { …, existingOn: ['${server ?? ''}'] } (of several by name certificate.<name>.existingOn)`,
  computed: (_planned, facts) => {
    if (facts.certificate === undefined) return {};
    const { thumbprint, subject, issuer, names, notAfter } = facts.certificate;
    return { thumbprint, subject, issuer, names, not_after: notAfter };
  },
  inquiries: partingInquiries,
  foresee: foreseenPartings,
  steady: ['fallback_thumbprint', 'left_on_server'],
  steps: (change, facts) => {
    const { prior, planned } = change;
    const server = (planned ?? prior)?.server ?? '';
    const given = handovers(change).map((handover) =>
      enabling(handover, facts, handover.thumbprint === '' ? facts.pfx?.thumbprint : undefined),
    );
    const stays = (planned ?? prior)?.left_on_server ?? [];
    const leaving = partingThumbprints(change, facts).filter(
      (thumbprint) => !includesName(stays, thumbprint),
    );
    const removals = leaving.map((thumbprint) => removing({ server, thumbprint, leaving }, facts));
    // Terraform 1.11 shows the values from before the read; 1.12.0 and later refresh first.
    if (planned === null)
      return [...given.map((step) => ({ ...step, condition: SEEN_WITH_THEM })), ...removals];

    const isNew =
      planned.imported?.some((own) => !includesName(prior?.imported ?? [], own)) ?? prior === null;
    // The certificate is there, but has none of its services: a deploy may have been interrupted right after the
    // import.
    const mayBeLeft = !isNew && !planned.services?.some((name) => includesName(prior?.services, name));
    return [
      ...(isNew ? [importing(server, planned.private_key_exportable ?? true, facts)] : []),
      ...given.map((step, index) => (mayBeLeft && index === 0 ? clearing(step, facts) : step)),
      ...(removals.length === 0
        ? []
        : healthChecks(
            server,
            planned.protocols ?? [],
            planned.timeout_seconds ?? DEFAULT_HEALTH_SECONDS,
            facts,
          )),
      ...removals,
    ];
  },
  observe: (state, facts) => certificatesOf(state.server ?? '', facts),
  view: (objects, state, facts) => {
    // An import may name only the server. It then means the certificate that clients see there.
    const thumbprint = isOfServer(state) ? (certificateOfWeb(objects)?.thumbprint ?? null) : state.thumbprint;
    return withCertificateInUse(objects, { ...state, thumbprint }, state.services ?? [], facts);
  },
  found: (objects, planned, facts) => {
    const there = withCertificateInUse(objects, { ...planned, imported: [] }, [], facts);
    if (there === null) return null;
    const isUntold = withThumbprint(objects, there.thumbprint)?.services === null;
    return {
      ...there,
      services: isUntold ? null : there.services,
      // No read shows whether a certificate is the default SMTP certificate.
      replace_default_smtp_certificate: null,
    };
  },
  resumed: (objects, { prior, planned }, facts) => {
    const { thumbprint } = planned;
    const installed = withThumbprint(objects, thumbprint);
    if (thumbprint === null || installed === undefined) return null;
    const { services } = planned;
    if (sameName(prior.thumbprint ?? '', thumbprint)) {
      // A service that is newly declared, but that the certificate has already, needs no step.
      const had = prior.services ?? [];
      const more = servicesSeen(planned, installed, [], facts).filter((name) => !includesName(had, name));
      return more.length === 0 ? null : { ...prior, services: [...had, ...more] };
    }
    const there = withCertificateInUse(objects, { ...prior, services, thumbprint, imported: [] }, [], facts);
    return {
      ...prior,
      thumbprint,
      services: there?.services ?? [],
      // No read shows whether a certificate is the default SMTP certificate.
      ...(replacesDefault(planned) ? { replace_default_smtp_certificate: null } : {}),
    };
  },
  obstacle: (objects, state) =>
    isOfServer(state) && installedCertificates(objects).some(({ services }) => services === null)
      ? {
          summary: `The session does not tell which certificate clients see on ${state.server ?? ''}`,
          detail: `Leave the server out of certificate.existingOn, or of several by name of certificate.<name>.existingOn: the deploy goes on from what it finds. Or import the certificate by its thumbprint, as ${state.server ?? ''}/<thumbprint>.`,
        }
      : undefined,
  remarks: remarksOnUse,
});
