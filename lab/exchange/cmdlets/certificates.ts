import {
  makePfx,
  makeSelfSigned,
  parseCertificate,
  parsePfx,
  PkiError,
  presentedNames,
  readKey,
  type Certificate,
} from '../../../pki';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { certificateObject } from '../objects/certificate';
import { certificateState } from '../setup';
import type { CertificateState, ServerState } from '../state';

/** One certificate at a time serves each of these; giving the service to another takes it from the first. */
const EXCLUSIVE = new Set(['IIS', 'POP', 'IMAP', 'UM', 'UMCallRouter']);

/** In the order of their numbers, as Exchange shows them. */
const SERVICE_ORDER = ['IMAP', 'POP', 'UM', 'IIS', 'SMTP', 'Federation', 'UMCallRouter'];

interface Found {
  readonly server: ServerState;
  readonly state: CertificateState;
}

/** An error of the certificate service on the server; message and category as administrators report them. */
function rpcError(call: Call, server: ServerState, message: string, category: string) {
  const prefix = `A special Rpc error occurs on server ${server.name}: `;
  return call.error('InvalidOperationException', prefix + message, category);
}

/** The server that `Server` or the first part of `Identity` names, else the session's; it must answer. */
function targetServer(call: Call): ServerState {
  const [host] = splitIdentity(call.text('Identity'));
  const named = call.text('Server') ?? host;
  const server = named === undefined ? call.session : call.server(named);
  if (!server.running) {
    // The exception is (unverified).
    throw rpcError(call, server, 'The RPC server is unavailable.', 'InvalidOperation');
  }
  return server;
}

/** `SERVER\THUMBPRINT`, or the thumbprint alone. */
function splitIdentity(identity: string | undefined): readonly [string | undefined, string | undefined] {
  if (identity === undefined) return [undefined, undefined];
  const slash = identity.indexOf('\\');
  return slash < 0 ? [undefined, identity] : [identity.slice(0, slash), identity.slice(slash + 1)];
}

function wantedThumbprint(call: Call): string | undefined {
  return (call.text('Thumbprint') ?? splitIdentity(call.text('Identity'))[1])
    ?.replaceAll(' ', '')
    .toUpperCase();
}

function theCertificate(call: Call): Found {
  const server = targetServer(call);
  const thumbprint = wantedThumbprint(call);
  const state = server.certificates.find((certificate) => certificate.thumbprint === thumbprint);
  if (state === undefined) {
    const message = `The certificate with thumbprint ${thumbprint ?? ''} was not found.`;
    throw rpcError(call, server, message, 'InvalidArgument');
  }
  return { server, state };
}

function read(state: CertificateState): Certificate {
  return parseCertificate(Buffer.from(state.der, 'base64'));
}

function get(call: Call): void {
  const write = ({ server, state }: Found) =>
    call.write(certificateObject(server, state, call.options, call.now));
  if (wantedThumbprint(call) !== undefined) {
    write(theCertificate(call));
    return;
  }
  const server = targetServer(call);
  const domains = call.list('DomainName')?.map((domain) => domain.toLowerCase());
  for (const state of server.certificates) {
    const names = presentedNames(read(state)).map((name) => name.toLowerCase());
    if (domains === undefined || domains.every((domain) => names.includes(domain))) write({ server, state });
  }
}

/** https://learn.microsoft.com/powershell/module/exchangepowershell/import-exchangecertificate */
function importCertificate(call: Call): void {
  const server = targetServer(call);
  const data = call.bytes('FileData');
  if (data === undefined) {
    throw call.error('NotSupportedException', 'The lab imports FileData only: it has no file shares.');
  }
  const pfx = openPfx(call, server, data);
  const { thumbprint } = pfx.leaf;
  if (server.certificates.some((state) => state.thumbprint === thumbprint)) {
    throw rpcError(
      call,
      server,
      `Cannot import certificate. A certificate with the thumbprint ${thumbprint} already exists.`,
      'WriteError',
    );
  }
  const state = certificateState(
    { certificate: pfx.leaf, privateKey: pfx.privateKey },
    {
      exportable: call.bound.get('PrivateKeyExportable') === true,
      friendlyName: call.text('FriendlyName') ?? '',
    },
  );
  if (!call.isSet('WhatIf')) server.certificates.push(state);
  call.write(certificateObject(server, state, call.options, call.now));
}

function openPfx(call: Call, server: ServerState, data: Uint8Array) {
  try {
    return parsePfx(data, call.secret('Password') ?? '');
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw rpcError(
      call,
      server,
      'The source data cannot be imported or the wrong password was specified.',
      'ReadError',
    );
  }
}

function enable(call: Call): void {
  const { server, state } = theCertificate(call);
  const certificate = read(state);
  const invalid = unusable(state, certificate, call.now);
  if (invalid !== undefined) {
    throw rpcError(
      call,
      server,
      `The certificate with thumbprint ${state.thumbprint} was found but is not valid for use with Exchange ` +
        `Server (reason: ${invalid}).`,
      'InvalidOperation',
    );
  }
  const wanted = (call.list('Services') ?? []).filter((service) => service !== 'None');
  if (wanted.includes('SMTP') && !state.internalTransport) {
    call.confirmUnlessForced('Overwrite the existing default SMTP certificate?');
  }
  if (call.isSet('WhatIf')) return;
  for (const service of wanted) {
    if (isWildcardForMail(service, certificate)) {
      call.warn(
        `The certificate ${state.thumbprint} names no host that ${service} could use: set X509CertificateName ` +
          `with Set-${service}Settings.`,
      );
      continue;
    }
    give(server, state, service);
  }
}

function unusable(state: CertificateState, certificate: Certificate, now: Date): string | undefined {
  if (state.privateKey === null) return 'PrivateKeyMissing';
  return certificate.notBefore <= now && now <= certificate.notAfter ? undefined : 'DateInvalid';
}

/** https://learn.microsoft.com/exchange/architecture/client-access/assign-certificates-to-services */
function isWildcardForMail(service: string, certificate: Certificate): boolean {
  return (service === 'POP' || service === 'IMAP') && (certificate.commonName ?? '').startsWith('*.');
}

function give(server: ServerState, to: CertificateState, service: string): void {
  for (const other of server.certificates) {
    if (other === to) continue;
    if (EXCLUSIVE.has(service)) other.services = other.services.filter((name) => name !== service);
    if (service === 'SMTP') other.internalTransport = false;
  }
  if (service === 'SMTP') to.internalTransport = true;
  const services = new Set([...to.services, service]);
  to.services = SERVICE_ORDER.filter((name) => services.has(name));
}

function remove(call: Call): void {
  const { server, state } = theCertificate(call);
  call.confirm(`Remove certificate with thumbprint ${state.thumbprint}?`);
  const reason = inUse(call, server, state);
  if (reason !== undefined) throw rpcError(call, server, reason, 'InvalidArgument');
  if (call.isSet('WhatIf')) return;
  server.certificates = server.certificates.filter((other) => other !== state);
}

/**
 * https://learn.microsoft.com/powershell/module/exchangepowershell/remove-exchangecertificate and
 * https://learn.microsoft.com/exchange/troubleshoot/mailflow/cannot-remove-installed-certificate
 */
function inUse(call: Call, server: ServerState, state: CertificateState): string | undefined {
  if (state.internalTransport) {
    return (
      'The internal transport certificate cannot be removed because that would cause the Microsoft Exchange ' +
      'Transport service to stop.'
    );
  }
  const { issuer, subject } = read(state);
  const tagged = [...call.organization.sendConnectors, ...server.receiveConnectors].filter(
    (connector) => connector.settings['TlsCertificateName'] === `<I>${issuer}<S>${subject}`,
  );
  if (tagged.length > 0) {
    return `These certificates are tagged with following connectors: ${tagged.map(({ name }) => name).join(', ')}.`;
  }
  if (state.thumbprint === call.organization.authConfig.settings['CurrentCertificateThumbprint']) {
    return 'The certificate is the one that the organization uses for server-to-server authentication.';
  }
  if (state.backEnd) return 'The certificate is bound to the Exchange back-end site.';
  const used = state.services.filter((service) => EXCLUSIVE.has(service));
  return used.length > 0 ? `The certificate is being used by ${used.join(', ')}.` : undefined;
}

function exportCertificate(call: Call): void {
  const { server, state } = theCertificate(call);
  const password = call.secret('Password');
  if (password !== undefined && (state.privateKey === null || !state.exportable)) {
    throw rpcError(
      call,
      server,
      'The private key cannot be exported: it is not there, or it is marked as not exportable.',
      'InvalidOperation',
    );
  }
  const certificate = read(state);
  // Without a password only the certificate leaves the server.
  const fileData =
    password === undefined
      ? certificate.der
      : makePfx(
          { certificate, privateKey: readKey(Buffer.from(state.privateKey!, 'base64')) },
          { password, ...(state.friendlyName === '' ? {} : { friendlyName: state.friendlyName }) },
        );
  call.write({
    typeNames: [
      'Microsoft.Exchange.Management.SystemConfigurationTasks.BinaryFileDataObject',
      'System.Object',
    ],
    properties: { FileData: fileData },
  });
}

const VALID_YEARS = 5;

/** A new self-signed certificate takes SMTP, and becomes the internal transport certificate. */
function create(call: Call): void {
  const server = targetServer(call);
  if (call.isSet('GenerateRequest')) {
    throw call.error('NotSupportedException', 'The lab makes self-signed certificates only, no requests.');
  }
  const services = call.list('Services') ?? ['SMTP'];
  if (services.includes('SMTP')) call.confirmUnlessForced('Overwrite the existing default SMTP certificate?');
  const notAfter = new Date(call.now);
  notAfter.setUTCFullYear(call.now.getUTCFullYear() + VALID_YEARS);
  const made = makeSelfSigned({
    commonName: /^CN=([^,]+)/i.exec(call.text('SubjectName') ?? '')?.[1] ?? server.name,
    subjectAlternativeNames: call.list('DomainName') ?? [server.name, server.fqdn],
    notBefore: call.now,
    notAfter,
  });
  const state = certificateState(made, {
    exportable: call.bound.get('PrivateKeyExportable') === true,
    friendlyName: call.text('FriendlyName') ?? 'Microsoft Exchange',
  });
  if (!call.isSet('WhatIf')) {
    server.certificates.push(state);
    for (const service of services) if (service !== 'None') give(server, state, service);
  }
  call.write(certificateObject(server, state, call.options, call.now));
}

export const certificates: readonly CmdletBehaviour[] = [
  reads('Get-ExchangeCertificate', get),
  changes('Import-ExchangeCertificate', importCertificate),
  changes('Enable-ExchangeCertificate', enable),
  changes('Remove-ExchangeCertificate', remove),
  reads('Export-ExchangeCertificate', exportCertificate),
  changes('New-ExchangeCertificate', create),
];
