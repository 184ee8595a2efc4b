import type { ExpectedQuestion, Reference } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import { isOnOtherSite, servicesInTheWay } from './certificate-use';
import type { Facts } from './definition';
import { sameName } from './equality';
import { certificatesOf, installedCertificates, withThumbprint } from './installed-certificate';
import type { Step } from './step';

export const SMTP = 'SMTP';

/**
 * How Exchange asks before another certificate becomes the internal transport certificate, shown for New- as for
 * Enable-ExchangeCertificate: https://learn.microsoft.com/exchange/plan-and-deploy/integration-with-sharepoint-and-skype/maintain-oauth-certificate
 */
const DEFAULT_CERTIFICATE_QUESTION = 'Overwrite the existing default SMTP certificate?';

/** @param isExportable whether the key can be exported again from the server */
export function importing(server: string, isExportable: boolean, { pfx }: Facts): Step {
  if (pfx === undefined) throw new TypeError('A certificate is imported from a PFX, and none was read.');
  return {
    kind: 'certificate-import',
    server,
    reason: `The server must hold the certificate of the site, with its private key, before a service can use it.`,
    invocation: {
      cmdlet: 'Import-ExchangeCertificate',
      parameters: {
        Server: server,
        FileData: pfx.content,
        Password: pfx.password,
        PrivateKeyExportable: isExportable,
      },
    },
  };
}

export interface Enabling {
  readonly server: string;
  readonly thumbprint: string | Reference;
  readonly services: readonly string[];
  /** Whether the certificate becomes the one that SMTP uses between servers. */
  readonly replacesDefault: boolean;
  readonly reason: string;
}

export function enabling({ server, thumbprint, services, replacesDefault, reason }: Enabling): Step {
  const parameters = { Server: server, Thumbprint: thumbprint, Services: services };
  // The question is no confirmation: -Confirm:$false does not answer it, and -Force answers Yes.
  const question: ExpectedQuestion = {
    text: DEFAULT_CERTIFICATE_QUESTION,
    names: typeof thumbprint === 'string' ? thumbprint : '',
    answer: replacesDefault ? 'yes' : 'no',
  };
  return {
    kind: 'certificate-services',
    server,
    reason,
    invocation: {
      cmdlet: 'Enable-ExchangeCertificate',
      parameters,
      ...(services.some((name) => sameName(name, SMTP)) ? { question } : {}),
    },
  };
}

/**
 * Exchange removes a certificate even while IIS uses it; the guard does not, and where nobody can tell whether a service
 * does, it leaves the certificate where it is.
 */
export function removing(server: string, thumbprint: string, facts: Facts): Step {
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
