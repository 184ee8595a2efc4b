import type { Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import { parseCertificate } from '../../pki/certificate';
import { sameName } from './equality';
import { bytesOf, property, textsOf } from './property';

/** Shows the certificates of one server; there is no way to ask for those of all. */
export const CERTIFICATE_READ = 'Get-ExchangeCertificate';

export function certificatesOf(server: string): Invocation {
  return { cmdlet: CERTIFICATE_READ, parameters: { Server: server } };
}

/** A certificate as `Get-ExchangeCertificate` shows it. */
export interface InstalledCertificate {
  readonly thumbprint: string;
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly selfSigned: boolean;
  /** Null where the session does not tell: unknown, never none. */
  readonly services: readonly string[] | null;
}

/**
 * Names, dates and thumbprint are computed from `RawData`: a session of the management shell's kind sends only that
 * and a blob that nobody but Exchange reads. Null where an object carries no certificate.
 */
export function installedCertificate(object: PowerShellObject): InstalledCertificate | null {
  const raw = bytesOf(object, 'RawData');
  if (raw === null) return null;
  const certificate = parseCertificate(raw);
  const services = property(object, 'Services') === null ? null : textsOf(object, 'Services');
  return {
    thumbprint: certificate.thumbprint,
    subject: certificate.subject,
    issuer: certificate.issuer,
    names: certificate.subjectAlternativeNames,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    selfSigned: certificate.selfSigned,
    services: services?.filter((name) => !sameName(name, 'None')) ?? null,
  };
}

export function installedCertificates(objects: readonly PowerShellObject[]): readonly InstalledCertificate[] {
  return objects.flatMap((object) => installedCertificate(object) ?? []);
}

export function withThumbprint(
  objects: readonly PowerShellObject[],
  thumbprint: string | null,
): InstalledCertificate | undefined {
  return installedCertificates(objects).find((certificate) =>
    sameName(certificate.thumbprint, thumbprint ?? ''),
  );
}

/** The certificate that Setup made for the server: self-signed and named after it. The longest-lived of several. */
export function ownCertificate(
  objects: readonly PowerShellObject[],
  server: string,
): InstalledCertificate | undefined {
  return installedCertificates(objects)
    .filter(
      (certificate) =>
        certificate.selfSigned &&
        certificate.names.some((name) => sameName(name.split('.')[0] ?? '', server)),
    )
    .sort(
      (left, right) =>
        right.notAfter.localeCompare(left.notAfter) || left.thumbprint.localeCompare(right.thumbprint),
    )[0];
}
