import { parseCertificate, presentedNames, type Certificate } from '../../../pki';
import type { PowerShellObject } from '../../../powershell/outcome';
import type { LabOptions } from '../options';
import type { CertificateState, ServerState } from '../state';
import { enumeration, flagsEnum, textual } from './value';

const TASKS = 'Microsoft.Exchange.Management.SystemConfigurationTasks';

const TYPE_NAMES = [
  `${TASKS}.ExchangeCertificate`,
  'System.Security.Cryptography.X509Certificates.X509Certificate2',
  'System.Security.Cryptography.X509Certificates.X509Certificate',
  'System.Object',
];

/** What `Get-ExchangeCertificate` gives, in the form that the session asks for; see `LabOptions.certificateForm`. */
export function certificateObject(
  server: ServerState,
  state: CertificateState,
  options: LabOptions,
  now: Date,
): PowerShellObject {
  const certificate = parseCertificate(Buffer.from(state.der, 'base64'));
  const head = { typeNames: TYPE_NAMES, text: dotNetText(certificate) };
  switch (options.certificateForm) {
    case 'raw':
      return { ...head, properties: { RawData: certificate.der } };
    case 'serialized':
      return { ...head, properties: { RawData: certificate.der, SerializationData: opaque(certificate) } };
    case 'properties':
      return { ...head, properties: allProperties(server, state, certificate, now) };
  }
}

/** The properties that `Format-List` shows of one; their values' types are (unverified). */
function allProperties(
  server: ServerState,
  state: CertificateState,
  certificate: Certificate,
  now: Date,
): PowerShellObject['properties'] {
  const hasPrivateKey = state.privateKey !== null;
  return {
    AccessRules: [],
    CertificateDomains: presentedNames(certificate).map((name) =>
      textual('Microsoft.Exchange.Data.SmtpDomainWithSubdomains', name),
    ),
    HasPrivateKey: hasPrivateKey,
    IsSelfSigned: certificate.selfSigned,
    Issuer: certificate.issuer,
    NotAfter: certificate.notAfter,
    NotBefore: certificate.notBefore,
    PublicKeySize: certificate.keyBits ?? 256,
    RootCAType: enumeration(
      `${TASKS}.CertificateAuthorityType`,
      certificate.selfSigned ? 'None' : 'Unknown',
      0,
    ),
    SerialNumber: certificate.serialNumber,
    Services: flagsEnum(`${TASKS}.AllowedServices`, state.services),
    Status: status(certificate, now),
    Subject: certificate.subject,
    Thumbprint: certificate.thumbprint,
    FriendlyName: state.friendlyName,
    PrivateKeyExportable: hasPrivateKey && state.exportable,
    Identity: `${server.fqdn}\\${certificate.thumbprint}`,
    RawData: certificate.der,
  };
}

const STATUSES = ['Unknown', 'Valid', 'Revoked', 'DateInvalid', 'Untrusted', 'Invalid'];

function status(certificate: Certificate, now: Date): PowerShellObject {
  const isInTime = certificate.notBefore <= now && now <= certificate.notAfter;
  const name = isInTime ? 'Valid' : 'DateInvalid';
  return enumeration(`${TASKS}.CertificateStatus`, name, STATUSES.indexOf(name));
}

/** ToString of .NET's X509Certificate2. */
function dotNetText(certificate: Certificate): string {
  const parts: readonly (readonly [string, string])[] = [
    ['Subject', certificate.subject],
    ['Issuer', certificate.issuer],
    ['Serial Number', certificate.serialNumber],
    ['Not Before', dotNetDate(certificate.notBefore)],
    ['Not After', dotNetDate(certificate.notAfter)],
    ['Thumbprint', certificate.thumbprint],
  ];
  return parts.map(([title, value]) => `[${title}]\r\n  ${value}\r\n`).join('\r\n');
}

function dotNetDate(date: Date): string {
  const [day, time] = date.toISOString().slice(0, 19).split('T');
  const [year, month, dayOfMonth] = day!.split('-');
  return `${month}/${dayOfMonth}/${year} ${time}`;
}

/** The start of a BinaryFormatter stream, then bytes that nobody but Exchange could read. */
function opaque(certificate: Certificate): Uint8Array {
  const header = Buffer.from('AAEAAAD/////AQAAAAAAAAAMAgAAAA==', 'base64');
  return Uint8Array.from([...header, ...Buffer.from(certificate.thumbprint)]);
}
