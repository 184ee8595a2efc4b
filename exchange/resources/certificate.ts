import type { PowerShellObject } from '../../powershell/outcome';
import { flag, text, textSet } from '../../schema';
import { isOnOtherSite, servicesInTheWay } from './certificate-use';
import type { Facts } from './definition';
import { defineResource } from './definition';
import { sameName, sameNames } from './equality';
import { certificatesOf, installedCertificates, withThumbprint } from './installed-certificate';
import { serverAttribute } from './server-attribute';
import type { Step } from './step';

/** 40 hexadecimal digits, as Windows and Exchange write a thumbprint, without spaces. */
export function thumbprintProblem(value: string): string | undefined {
  if (/^[0-9a-f]{40}$/i.test(value)) return undefined;
  return `'${value}' is not a thumbprint; give the 40 hexadecimal digits without spaces or hidden characters`;
}

/**
 * A certificate in a server's store, imported from a PFX. Its services are a resource of their own, so that each
 * apply has one cmdlet to run and a failure between the two loses nothing.
 */
export const certificate = defineResource({
  typeName: 'exchange_certificate',
  kind: 'certificate-import',
  lifecycle: 'owned',
  description: 'A certificate with its private key on a server, imported from a PFX file.',
  attributes: {
    server: serverAttribute('Server that holds the certificate.'),
    pfx_file: text(
      'required',
      'PFX (PKCS #12) file on the machine that runs Terraform, as a path from the folder it runs in.',
    ),
    pfx_password: text(
      'optional',
      'Password of the PFX. Write-only: give it from an ephemeral variable; it is kept in neither state nor plan. Left out: the file has none.',
      { writeOnly: true, sensitive: true },
    ),
    required_names: textSet(
      'optional',
      'Names that the certificate must cover: those that clients use, and others that it is said to have. Left out: not checked.',
      { equals: sameNames },
    ),
    expected_thumbprint: text(
      'optional',
      'Thumbprint that the PFX must have, so that a review sees which certificate it is. Left out: any.',
      { equals: sameName, problem: (value) => thumbprintProblem(value as string) },
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
      // Replacing would remove the certificate that was just put there: both have the same thumbprint.
      { defaultValue: true },
    ),
    thumbprint: text('computed', 'SHA-1 thumbprint. A PFX with another one replaces the certificate.', {
      requiresReplace: true,
      equals: sameName,
    }),
    subject: text('computed', 'Subject of the certificate.'),
    issuer: text('computed', 'Issuer of the certificate.'),
    names: textSet('computed', 'DNS names on the certificate.', { equals: sameNames }),
    not_after: text('computed', 'End of its validity, ISO 8601 in UTC.'),
  },
  importId: ['server', 'thumbprint'],
  computed: (_planned, facts) => {
    if (facts.certificate === undefined) return {};
    const { thumbprint, subject, issuer, names, notAfter } = facts.certificate;
    return { thumbprint, subject, issuer, names, not_after: notAfter };
  },
  steps: ({ prior, planned }, facts) => {
    if (planned === null) {
      return prior === null ? [] : [removal(prior.server ?? '', prior.thumbprint ?? '', facts)];
    }
    if (prior !== null && sameName(prior.thumbprint ?? '', planned.thumbprint ?? '')) return [];
    if (facts.pfx === undefined)
      throw new TypeError('A certificate is imported from a PFX, and none was read.');
    return [
      {
        kind: 'certificate-import',
        server: planned.server,
        reason: `The server must hold the certificate of the site, with its private key, before a service can use it.`,
        invocation: {
          cmdlet: 'Import-ExchangeCertificate',
          parameters: {
            Server: planned.server,
            FileData: facts.pfx.content,
            Password: facts.pfx.password,
            PrivateKeyExportable: planned.private_key_exportable ?? true,
          },
        },
      },
    ];
  },
  observe: (state) => certificatesOf(state.server ?? ''),
  view: (objects, state) => {
    const found = withThumbprint(objects, state.thumbprint);
    if (found === undefined) return null;
    return {
      ...state,
      thumbprint: found.thumbprint,
      subject: found.subject,
      issuer: found.issuer,
      names: found.names,
      not_after: found.notAfter,
    };
  },
});

/**
 * Exchange removes a certificate even while IIS uses it; the guard does not, and where nobody can tell whether a service
 * does, it leaves the certificate where it is.
 */
function removal(server: string, thumbprint: string, facts: Facts): Step {
  const installed = (objects: readonly PowerShellObject[]) => withThumbprint(objects, thumbprint);
  return {
    kind: 'certificate-import',
    server,
    reason: 'The declaration no longer names the certificate on this server.',
    invocation: {
      cmdlet: 'Remove-ExchangeCertificate',
      parameters: { Server: server, Thumbprint: thumbprint, Confirm: false },
    },
    condition: 'only if the session tells that no service uses it',
    guard: {
      invocation: certificatesOf(server),
      problem: (objects) => {
        const found = installed(objects);
        if (found === undefined) return undefined;
        const used = servicesInTheWay(server, found, installedCertificates(objects), facts);
        if (used.length > 0) {
          return `the certificate still serves ${used.join(', ')} on ${server}; give these services to another certificate first (Enable-ExchangeCertificate), for SMTP to one that has its names, then apply again`;
        }
        return isOnOtherSite(found)
          ? `a site of IIS on ${server} other than the Default Web Site still shows the certificate; bind another one there first (IIS Manager; for Exchange Back End, port 444, the one that Setup made), then apply again`
          : undefined;
      },
      omission: (objects) =>
        installed(objects)?.services === null
          ? {
              summary: `The certificate ${thumbprint} stays on ${server}`,
              detail:
                'The session does not tell which services use it, and somebody may have given it one. Look with ' +
                'Get-ExchangeCertificate in the management shell on the server; where no service uses it, remove it by hand:',
            }
          : undefined,
    },
  };
}
