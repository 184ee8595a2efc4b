import { parseCertificate, presentedNames, type Certificate } from '../../../pki';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { certificateObject } from '../objects/certificate';
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
export function rpcError(call: Call, server: ServerState, message: string, category: string) {
  const prefix = `A special Rpc error occurs on server ${server.name}: `;
  return call.error('InvalidOperationException', prefix + message, category);
}

/** The server that `Server` or the first part of `Identity` names, else the session's; it must answer. */
export function targetServer(call: Call): ServerState {
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

export function theCertificate(call: Call): Found {
  const server = targetServer(call);
  const thumbprint = wantedThumbprint(call);
  const state = server.certificates.find((certificate) => certificate.thumbprint === thumbprint);
  if (state === undefined) {
    const message = `The certificate with thumbprint ${thumbprint ?? ''} was not found.`;
    throw rpcError(call, server, message, 'InvalidArgument');
  }
  return { server, state };
}

export function read(state: CertificateState): Certificate {
  return parseCertificate(Buffer.from(state.der, 'base64'));
}

function get(call: Call): void {
  const write = ({ server, state }: Found) => call.write(certificateObject(server, state, call));
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
  const replacesDefault = wanted.includes('SMTP') && mayReplaceDefault(call, server, state);
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
  if (replacesDefault) makeDefault(server, state);
}

/**
 * Whether a certificate may become the internal transport certificate of its server. The question is shown at
 * https://learn.microsoft.com/exchange/plan-and-deploy/integration-with-sharepoint-and-skype/maintain-oauth-certificate
 * (for New-ExchangeCertificate); its time zone and when it is not asked are (unverified).
 */
export function mayReplaceDefault(call: Call, server: ServerState, state: CertificateState): boolean {
  const current = server.certificates.find(({ internalTransport }) => internalTransport);
  if (current === undefined || current === state || call.isSet('Force') || call.isSet('WhatIf')) return true;
  return call.ask(
    'Overwrite the existing default SMTP certificate?\r\n\r\n' +
      `Current certificate: ${withEnd(current)}\r\nReplace it with certificate: ${withEnd(state)}`,
  );
}

function withEnd(state: CertificateState): string {
  const end = read(state).notAfter.toLocaleString('en-US', { timeZone: 'UTC' });
  return `'${state.thumbprint}' (expires ${end.replace(',', '').replace('\u202f', ' ')})`;
}

export function makeDefault(server: ServerState, state: CertificateState): void {
  for (const other of server.certificates) other.internalTransport = other === state;
}

function unusable(state: CertificateState, certificate: Certificate, now: Date): string | undefined {
  if (state.privateKey === null) return 'PrivateKeyMissing';
  return certificate.notBefore <= now && now <= certificate.notAfter ? undefined : 'DateInvalid';
}

/** https://learn.microsoft.com/exchange/architecture/client-access/assign-certificates-to-services */
function isWildcardForMail(service: string, certificate: Certificate): boolean {
  return (service === 'POP' || service === 'IMAP') && (certificate.commonName ?? '').startsWith('*.');
}

export function give(server: ServerState, to: CertificateState, service: string): void {
  for (const other of server.certificates) {
    if (other === to) continue;
    if (EXCLUSIVE.has(service)) other.services = other.services.filter((name) => name !== service);
  }
  const services = new Set([...to.services, service]);
  to.services = SERVICE_ORDER.filter((name) => services.has(name));
}

function remove(call: Call): void {
  const { server, state } = theCertificate(call);
  call.confirm(`Remove certificate with thumbprint ${state.thumbprint}?`);
  const reason = inUse(call, server, state);
  if (reason !== undefined) throw rpcError(call, server, reason, 'InvalidArgument');
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

export const certificates: readonly CmdletBehaviour[] = [
  reads('Get-ExchangeCertificate', get),
  changes('Enable-ExchangeCertificate', enable),
  changes('Remove-ExchangeCertificate', remove),
];
