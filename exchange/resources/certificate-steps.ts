import type { ExpectedQuestion, Invocation, Reference } from '../../powershell/invocation';
import { holderInquiries, verdictOn, type Handover, type Verdict } from './certificate-holders';
import { NO_HISTORY } from './certificate-history';
import type { Facts } from './facts';
import { includesName } from './equality';
import { certificatesOf, installedCertificates, onServer, withThumbprint } from './installed-certificate';
import type { Step } from './step';

export const SMTP = 'SMTP';
export const IIS = 'IIS';

/**
 * The question that Exchange asks before it replaces the internal transport certificate, documented for New- and
 * Enable-ExchangeCertificate:
 * https://learn.microsoft.com/exchange/plan-and-deploy/integration-with-sharepoint-and-skype/maintain-oauth-certificate
 */
const DEFAULT_CERTIFICATE_QUESTION = 'Overwrite the existing default SMTP certificate?';

/**
 * Path of the PFX on a server of Exchange 2007 during its import, in a folder where ordinary users cannot read files of
 * administrators. It is the same for every PFX, so that the next import also deletes a file that an interrupted deploy
 * has left (docs/decisions/certificate-file-2007.md).
 */
export const PFX_ON_SERVER = 'C:\\Windows\\Temp\\exchange-certificate.pfx';

const IMPORT = 'Import-ExchangeCertificate';
export const ENABLE = 'Enable-ExchangeCertificate';
const REMOVE = 'Remove-ExchangeCertificate';

/** @param isExportable whether the private key can be exported from the server */
export function importing(server: string, isExportable: boolean, { pfx, has }: Facts): Step {
  if (pfx === undefined) throw new TypeError('A certificate is imported from a PFX, and none was read.');
  const isByPath = !has(IMPORT, 'FileData');
  return {
    kind: 'certificate-import',
    server,
    reason: `The server must hold the certificate of the site, with its private key, before a service can use it.`,
    ...(isByPath ? { file: { path: PFX_ON_SERVER, content: pfx.content } } : {}),
    invocation: {
      cmdlet: IMPORT,
      parameters: {
        ...onServer(IMPORT, server, { has }),
        ...(isByPath ? { Path: PFX_ON_SERVER } : { FileData: pfx.content }),
        Password: pfx.password,
        ...(has(IMPORT, 'PrivateKeyExportable') ? { PrivateKeyExportable: isExportable } : {}),
      },
    },
  };
}

/** The step, extended to delete the file that an interrupted import has left on the server. */
export function clearing(step: Step, { has }: Facts): Step {
  return has(IMPORT, 'FileData') ? step : { ...step, file: { path: PFX_ON_SERVER } };
}

export interface Enabling extends Handover {
  readonly server: string;
  readonly reason: string;
  /** The certificate that is removed, where the services may meanwhile belong to another certificate. */
  readonly from?: string;
}

/** @param reference stands for the thumbprint in a call, where it is known only during the run */
export function enabling(
  { server, thumbprint, services, replacesDefault, reason, from }: Enabling,
  facts: Facts,
  reference?: Reference,
): Step {
  const { history = NO_HISTORY } = facts;
  const parameters = {
    ...onServer(ENABLE, server, facts),
    Thumbprint: reference ?? thumbprint,
    Services: services,
    // Without this parameter, the cmdlet requires TLS for the whole web site, and asks first where it is not required.
    // Every renewal would break a redirect from http:// that an administrator has configured
    // (https://github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/797).
    ...(includesName(services, IIS) && facts.has(ENABLE, 'DoNotRequireSsl') ? { DoNotRequireSsl: true } : {}),
  };
  // The question is not a confirmation prompt: -Confirm:$false does not answer it, and -Force answers Yes.
  const question: ExpectedQuestion = {
    text: DEFAULT_CERTIFICATE_QUESTION,
    names: reference === undefined ? thumbprint : '',
    answer: replacesDefault ? 'yes' : 'no',
  };
  return {
    kind: 'certificate-services',
    server,
    reason,
    invocation: {
      cmdlet: ENABLE,
      parameters,
      ...(includesName(services, SMTP) ? { question } : {}),
    },
    ...(from === undefined
      ? {}
      : {
          guard: {
            invocation: certificatesOf(server, facts),
            inquiries: [],
            omission: () =>
              services.every((name) => history.passedOn(server, from, name))
                ? {
                    summary: `${services.join(', ')} of ${server} has another certificate already`,
                    detail: 'The same deploy gave it one before, so that nothing was to be run:',
                    mayPass: false,
                  }
                : undefined,
          },
        }),
  };
}

export interface Removal {
  readonly server: string;
  readonly thumbprint: string;
  /** Thumbprints of all certificates that the same change removes. */
  readonly leaving: readonly string[];
}

/**
 * Exchange removes a certificate even while IIS uses it. The guard prevents this: it checks again whether the
 * certificate is unused, since somebody may have started to use it after the plan.
 */
export function removing({ server, thumbprint, leaving }: Removal, facts: Facts): Step {
  return {
    kind: 'certificate-import',
    server,
    reason: 'The declaration no longer names the certificate on this server.',
    invocation: removal(server, thumbprint, facts),
    condition: 'only if nothing uses it by then',
    guard: {
      invocation: certificatesOf(server, facts),
      inquiries: holderInquiries(server, facts),
      omission: (objects, answers) => {
        const certificate = withThumbprint(objects, thumbprint);
        if (certificate === undefined) return undefined;
        const others = installedCertificates(objects).filter(
          (other) => !includesName(leaving, other.thumbprint),
        );
        const verdict = verdictOn({ server, certificate, others, answers, handovers: [], facts });
        return verdict.kind === 'free'
          ? undefined
          : { ...stays(server, thumbprint, verdict), mayPass: verdict.kind === 'held' };
      },
    },
  };
}

export function removal(server: string, thumbprint: string, facts: Facts): Invocation {
  return {
    cmdlet: REMOVE,
    parameters: { ...onServer(REMOVE, server, facts), Thumbprint: thumbprint, Confirm: false },
  };
}

/**
 * The remark on a certificate that leaves the state but stays on the server. It ends with the cmdlet that removes it.
 */
export function stays(server: string, thumbprint: string, verdict: Exclude<Verdict, { kind: 'free' }>) {
  const detail =
    verdict.kind === 'held'
      ? `It is in use: ${verdict.by}. ${verdict.wayOut} Then remove it on ${server} by hand, since it leaves the state:`
      : `Nobody can tell whether something uses it: ${verdict.why}. It leaves the state; where nothing uses it, remove it on ${server} by hand:`;
  return { summary: `The certificate ${thumbprint} stays on ${server}`, detail };
}
