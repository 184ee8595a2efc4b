import { createHash } from 'node:crypto';
import type { Invocation } from '../../powershell/invocation';
import type { PowerShellObject, PowerShellValue } from '../../powershell/outcome';
import { renderInvocation } from '../../powershell/script';
import { PkiError } from '../../pki/error';
import { parseCertificate, type Certificate } from '../../pki/certificate';
import { servicesIn } from './allowed-services';
import type { Facts } from './facts';
import { sameName } from './equality';
import { bytesOf, flagOf, property, textOf } from './property';
import { serializedCertificate, siteNumbers, statusOfNumber } from './serialization-data';

/** Shows the certificates of one server. No cmdlet shows those of all servers. */
export const CERTIFICATE_READ = 'Get-ExchangeCertificate';

/**
 * Properties to read. PowerShell's type data for X509Certificate2 sends only `RawData`, and at Exchange's endpoint with
 * the Full level also `SerializationData`. The others are sent where the session accepts a projection (Select-Object).
 */
const PROPERTIES = [
  'RawData',
  'SerializationData',
  'Services',
  'Status',
  'PrivateKeyExportable',
  'IISServices',
];

export function certificatesOf(server: string, facts: Pick<Facts, 'has'>): Invocation {
  return {
    cmdlet: CERTIFICATE_READ,
    parameters: onServer(CERTIFICATE_READ, server, facts),
    properties: PROPERTIES,
  };
}

/** In Exchange 2007, the certificate cmdlets have no parameter for the server and act on the server of the session. */
export function onServer(
  cmdlet: string,
  server: string,
  { has }: Pick<Facts, 'has'>,
): { readonly Server?: string } {
  return has(cmdlet, 'Server') ? { Server: server } : {};
}

/** A certificate cmdlet for a server, as people must type it. */
export function typedFor(
  server: string,
  { cmdlet, parameters }: Invocation,
  facts: Pick<Facts, 'has'>,
): string {
  const place = onServer(cmdlet, server, facts);
  const call = renderInvocation({ cmdlet, parameters: { ...place, ...parameters } });
  return place.Server === undefined ? `${call} in the management shell on ${server}` : call;
}

/**
 * A certificate as `Get-ExchangeCertificate` shows it. Null means that the value is not shown and therefore unknown,
 * never that there is none.
 */
export interface InstalledCertificate {
  /** SHA-1 of its bytes, upper-case hexadecimal. Known even where the bytes cannot be parsed. */
  readonly thumbprint: string;
  /** Null, like names and dates, where the bytes cannot be parsed. */
  readonly subject: string | null;
  readonly issuer: string | null;
  readonly names: readonly string[] | null;
  /** ISO 8601, UTC. */
  readonly notBefore: string | null;
  readonly notAfter: string | null;
  /** Whether its own key verifies its signature; false where the key cannot be decoded. */
  readonly selfSigned: boolean;
  /** In Exchange's spelling, for example `['IIS', 'SMTP']`; empty where it has no service. */
  readonly services: readonly string[] | null;
  /** Numbers of the IIS sites that it is bound to: 1 is the Default Web Site, 2 the Exchange Back End. */
  readonly iisSites: readonly number[] | null;
  readonly privateKeyExportable: boolean | null;
  /** `Valid`, `DateInvalid`, …; or a number as text, where only a number is shown and its name is not known. */
  readonly status: string | null;
}

/**
 * Names, dates and thumbprint are computed from `RawData`, which every session sends. Null where an object carries no
 * certificate.
 */
export function installedCertificate(object: PowerShellObject): InstalledCertificate | null {
  const raw = bytesOf(object, 'RawData');
  if (raw === null) return null;
  const certificate = readable(raw);
  const data = bytesOf(object, 'SerializationData');
  const serialized = data === null ? null : serializedCertificate(data, raw);
  return {
    thumbprint: certificate?.thumbprint ?? createHash('sha1').update(raw).digest('hex').toUpperCase(),
    subject: certificate?.subject ?? null,
    issuer: certificate?.issuer ?? null,
    names: certificate?.subjectAlternativeNames ?? null,
    notBefore: certificate?.notBefore.toISOString() ?? null,
    notAfter: certificate?.notAfter.toISOString() ?? null,
    selfSigned: certificate?.selfSigned ?? false,
    services: servicesIn(property(object, 'Services')) ?? serialized?.services ?? null,
    iisSites: sitesIn(property(object, 'IISServices')) ?? serialized?.iisSites ?? null,
    privateKeyExportable: flagOf(object, 'PrivateKeyExportable') ?? serialized?.privateKeyExportable ?? null,
    status: statusIn(object) ?? serialized?.status ?? null,
  };
}

/** Null where the bytes cannot be parsed: one such certificate must not hide the others of its server. */
function readable(raw: Uint8Array): Certificate | null {
  try {
    return parseCertificate(raw);
  } catch (error) {
    if (error instanceof PkiError) return null;
    throw error;
  }
}

function statusIn(object: PowerShellObject): string | null {
  const status = property(object, 'Status');
  return typeof status === 'number' ? statusOfNumber(status) : textOf(object, 'Status') || null;
}

/** A projection sends each `IisService` as an object or as its text; (unverified) which. */
function sitesIn(value: PowerShellValue): readonly number[] | null {
  if (!Array.isArray(value)) return null;
  return siteNumbers(
    (value as readonly PowerShellValue[]).map((item) => {
      if (typeof item === 'string') return item;
      if (typeof item !== 'object' || item === null || !('typeNames' in item)) return null;
      return textOf(item, 'ServiceName') ?? item.text ?? null;
    }),
  );
}

/** Cached for each answer: a plan uses an answer several times, and parsing a certificate takes a millisecond. */
const READ = new WeakMap<readonly PowerShellObject[], readonly InstalledCertificate[]>();

export function installedCertificates(objects: readonly PowerShellObject[]): readonly InstalledCertificate[] {
  let read = READ.get(objects);
  if (read === undefined) {
    read = objects.flatMap((object) => installedCertificate(object) ?? []);
    READ.set(objects, read);
  }
  return read;
}

/**
 * The number of objects without certificate bytes. If there are any, the certificates of the server are not fully
 * known.
 */
export function withoutCertificate(objects: readonly PowerShellObject[]): number {
  return objects.filter((object) => bytesOf(object, 'RawData') === null).length;
}

export function withThumbprint(
  objects: readonly PowerShellObject[],
  thumbprint: string | null,
): InstalledCertificate | undefined {
  return installedCertificates(objects).find((certificate) =>
    sameName(certificate.thumbprint, thumbprint ?? ''),
  );
}

/** Whether Setup made the certificate for the server: it is self-signed and named after it. */
export function isOwnCertificate({ selfSigned, names }: InstalledCertificate, server: string): boolean {
  return selfSigned && (names ?? []).some((name) => sameName(name.split('.')[0] ?? '', server));
}

/** The certificate that Setup made for the server, the longest-lived of several. */
export function ownCertificate(
  certificates: readonly InstalledCertificate[],
  server: string,
): InstalledCertificate | undefined {
  return certificates
    .filter((certificate) => isOwnCertificate(certificate, server))
    .sort(
      (left, right) =>
        (right.notAfter ?? '').localeCompare(left.notAfter ?? '') ||
        left.thumbprint.localeCompare(right.thumbprint),
    )[0];
}
