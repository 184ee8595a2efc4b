import { createHash } from 'node:crypto';
import { parseCertificate, presentedNames, type Certificate } from '../../../pki';
import type { PowerShellObject } from '../../../powershell/outcome';
import type { Call } from '../call';
import type { CertificateState, ServerState } from '../state';
import { serializationData } from './serialization-data';
import { enumeration, flagsEnum, textual } from './value';

const TASKS = 'Microsoft.Exchange.Management.SystemConfigurationTasks';

const TYPE_NAMES = [
  `${TASKS}.ExchangeCertificate`,
  'System.Security.Cryptography.X509Certificates.X509Certificate2',
  'System.Security.Cryptography.X509Certificates.X509Certificate',
  'System.Object',
];

/**
 * The output of `Get-ExchangeCertificate` for a certificate, in the form that the session asks for; see
 * `LabOptions.certificateForm`.
 */
export function certificateObject(
  server: ServerState,
  state: CertificateState,
  { isSelected, options, now }: Pick<Call, 'isSelected' | 'options' | 'now'>,
): PowerShellObject {
  const certificate = parseCertificate(Buffer.from(state.der, 'base64'));
  const head = { typeNames: TYPE_NAMES, text: dotNetText(certificate) };
  const { der: RawData } = certificate;
  switch (isSelected ? 'properties' : options.certificateForm) {
    case 'raw':
      return { ...head, properties: { RawData } };
    case 'serialized':
      return {
        ...head,
        properties: { RawData, SerializationData: serialized(server, state, certificate, now) },
      };
    case 'signed': {
      const SerializationData = signed(serialized(server, state, certificate, now));
      return { ...head, properties: { RawData, SerializationData } };
    }
    case 'properties':
      return { ...head, properties: allProperties(server, state, certificate, now) };
  }
}

function serialized(
  server: ServerState,
  state: CertificateState,
  certificate: Certificate,
  now: Date,
): Uint8Array {
  return serializationData({
    certData: storeForm(state, certificate),
    status: status(certificate, now).number!,
    // None for a self-signed certificate, and Registry for one that an authority issued, as in recorded answers.
    rootCaType: certificate.selfSigned ? 0 : 3,
    services: allowedServices(server, state, certificate).number!,
    sites: sites(server, state),
    exportable: isExportable(state),
    identity: identity(server, certificate),
  });
}

/** The certificate as Windows serializes it for a store: its properties (wincrypt.h), then the certificate itself. */
function storeForm(state: CertificateState, certificate: Certificate): Uint8Array {
  const [hash, friendlyName, itself] = [3, 11, 32];
  const element = (kind: number, value: Uint8Array) => {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(kind, 0);
    head.writeUInt32LE(1, 4);
    head.writeUInt32LE(value.length, 8);
    return Buffer.concat([head, value]);
  };
  return Buffer.concat([
    element(friendlyName, Buffer.from(`${state.friendlyName}\0`, 'utf16le')),
    element(hash, Buffer.from(certificate.thumbprint, 'hex')),
    element(itself, certificate.der),
  ]);
}

/** A container with a signature after the stream. What a signed one looks like is (unverified). */
function signed(stream: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeInt32LE(stream.length);
  return Buffer.concat([Buffer.from([1]), length, stream, createHash('sha256').update(stream).digest()]);
}

/** The web sites that use it: the Default Web Site (1), the Exchange Back End (2). */
function sites(server: ServerState, state: CertificateState): readonly string[] {
  const numbers = [...(state.services.includes('IIS') ? [1] : []), ...(state.backEnd ? [2] : [])];
  return numbers.map((site) => `IIS://${server.name}/W3SVC/${site}`);
}

function identity(server: ServerState, { thumbprint }: Certificate): string {
  return `${server.fqdn}\\${thumbprint}`;
}

function isExportable({ privateKey, exportable }: CertificateState): boolean {
  return privateKey !== null && exportable;
}

function allowedServices(
  server: ServerState,
  state: CertificateState,
  certificate: Certificate,
): PowerShellObject {
  return flagsEnum(`${TASKS}.AllowedServices`, shownServices(server, state, certificate));
}

/** In the order of their enum numbers, as Exchange shows them. */
const SERVICE_ORDER = ['IMAP', 'POP', 'UM', 'IIS', 'SMTP', 'Federation', 'UMCallRouter'];

type MailSettings = 'PopSettings' | 'ImapSettings';

/** The services whose settings refer to a certificate by one of its names. */
const MAIL_SETTINGS: { readonly [service: string]: MailSettings } = {
  POP: 'PopSettings',
  IMAP: 'ImapSettings',
};

/** The settings that refer to the certificate of a service; undefined for a service that refers to it by thumbprint. */
export function mailSettingsOf(service: string): MailSettings | undefined {
  return MAIL_SETTINGS[service];
}

/**
 * The services that a certificate lists. POP and IMAP are listed by every certificate with the name in their settings,
 * so that both the old and the renewed certificate show them:
 * https://learn.microsoft.com/answers/questions/5848440/unable-to-remove-services-from-exchange-certificat
 */
function shownServices(
  server: ServerState,
  state: CertificateState,
  certificate: Certificate,
): readonly string[] {
  const names = presentedNames(certificate).map((name) => name.toLowerCase());
  const isByName = (service: string) => {
    const settings = mailSettingsOf(service);
    return settings !== undefined && names.includes(mailProtocolName(server, settings).toLowerCase());
  };
  return SERVICE_ORDER.filter((service) => state.services.includes(service) || isByName(service));
}

/** The certificate name in the settings of POP or IMAP; Setup writes the server's name. */
export function mailProtocolName({ name, services }: ServerState, noun: MailSettings) {
  const set = services[noun]?.['X509CertificateName'];
  return typeof set === 'string' ? set : name;
}

/** The properties of a certificate that `Format-List` shows; the types of their values are (unverified). */
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
    Services: allowedServices(server, state, certificate),
    Status: status(certificate, now),
    Subject: certificate.subject,
    Thumbprint: certificate.thumbprint,
    FriendlyName: state.friendlyName,
    PrivateKeyExportable: isExportable(state),
    // The text of an IisService is (unverified): here the name of its class, as for an object without a ToString of its
    // own.
    IISServices: sites(server, state).map(() => textual(`${TASKS}.IisService`, `${TASKS}.IisService`)),
    Identity: identity(server, certificate),
    RawData: certificate.der,
  };
}

const STATUSES = ['Unknown', 'Valid', 'Revoked', 'DateInvalid', 'Untrusted', 'Invalid'];

function status(certificate: Certificate, now: Date): PowerShellObject {
  const isInTime = certificate.notBefore <= now && now <= certificate.notAfter;
  const name = isInTime ? 'Valid' : 'DateInvalid';
  return enumeration(`${TASKS}.CertificateStatus`, name, STATUSES.indexOf(name));
}

/** The text of .NET's X509Certificate2.ToString. */
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
