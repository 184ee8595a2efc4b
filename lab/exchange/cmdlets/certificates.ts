import { ExchangeVersion } from '../../../exchange/versions';
import { parseCertificate, presentedNames, type Certificate } from '../../../pki';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { certificateObject, mailSettingsOf } from '../objects/certificate';
import type { CertificateState, ServerState } from '../state';

/**
 * Services that refer to a certificate by thumbprint, so that each has only one: giving it to another certificate takes
 * it from the first. For UM this is (unverified), docs/lab.md.
 */
const BY_THUMBPRINT = ['IIS', 'UM', 'UMCallRouter'];

interface Found {
  readonly server: ServerState;
  readonly state: CertificateState;
}

/** An error of the certificate service on the server; message and category as administrators report them. */
export function rpcError(call: Call, server: ServerState, message: string, category: string) {
  const prefix = `A special Rpc error occurs on server ${server.name}: `;
  return call.error('InvalidOperationException', prefix + message, category);
}

/** The server that `Server` or the first part of `Identity` names, else that of the session. It must answer. */
export function targetServer(call: Call): ServerState {
  const [host] = splitIdentity(call.text('Identity'));
  const named = call.text('Server') ?? host;
  const server = named === undefined ? call.session : call.server(named);
  // Exchange 2007 has no service that lets another server read or change its certificates (the words of the error are
  // unverified).
  const cannotBeAsked =
    server !== call.session && ExchangeVersion.ofBuild(server.build) === ExchangeVersion.V2007;
  if (!server.running || cannotBeAsked) {
    // The exception is (unverified).
    throw rpcError(call, server, 'The RPC server is unavailable.', 'InvalidOperation');
  }
  return server;
}

/** Splits `SERVER\THUMBPRINT`, or only a thumbprint. */
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
  // That 2007, which lacks this parameter, does not change the site is (unverified).
  const requires = call.cmdlet.parameter('DoNotRequireSsl') !== undefined && !call.isSet('DoNotRequireSsl');
  if (wanted.includes('IIS') && requires) requireSsl(call, server);
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
 * Asks whether a certificate may become the internal transport certificate of its server. The question is shown at
 * https://learn.microsoft.com/exchange/plan-and-deploy/integration-with-sharepoint-and-skype/maintain-oauth-certificate
 * (for New-ExchangeCertificate); its time zone and the cases without a question are (unverified).
 */
export function mayReplaceDefault(call: Call, server: ServerState, state: CertificateState): boolean {
  const current = server.certificates.find(({ internalTransport }) => internalTransport);
  if (current === undefined || current === state || call.isSet('Force') || call.isSet('WhatIf')) return true;
  return call.ask(
    'Overwrite the existing default SMTP certificate?\r\n\r\n' +
      `Current certificate: ${withEnd(current)}\r\nReplace it with certificate: ${withEnd(state)}`,
  );
}

/**
 * By default the cmdlet makes the Default Web Site require TLS (Microsoft's page). Where the site does not require it
 * yet, it asks first (published code of 15.0.1497); the words of the question are (unverified).
 */
function requireSsl(call: Call, server: ServerState): void {
  if (server.requiresSsl || call.isSet('WhatIf')) return;
  server.requiresSsl =
    call.isSet('Force') ||
    call.ask(
      'Do you want to enforce SSL communication on the root web site? If not, rerun the cmdlet with the -DoNotRequireSsl parameter.',
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

/**
 * A certificate shows SMTP where the network service may read its key, which POP and IMAP need as well. So SMTP is
 * given together with them, and is not taken from any other certificate (`Get-ExchangeCertificate` shows more services
 * than were enabled).
 */
export function give(server: ServerState, to: CertificateState, service: string): void {
  const settings = mailSettingsOf(service);
  if (settings !== undefined) {
    const [name] = presentedNames(read(to));
    if (name !== undefined) (server.services[settings] ??= {})['X509CertificateName'] = name;
  }
  if (BY_THUMBPRINT.includes(service)) {
    for (const other of server.certificates)
      other.services = other.services.filter((name) => name !== service);
  }
  to.services = [...new Set([...to.services, settings === undefined ? service : 'SMTP'])];
}

function remove(call: Call): void {
  const { server, state } = theCertificate(call);
  call.confirm(`Remove certificate with thumbprint ${state.thumbprint}?`);
  const reason = inUse(call, state);
  if (reason !== undefined) throw rpcError(call, server, reason, 'InvalidArgument');
  server.certificates = server.certificates.filter((other) => other !== state);
}

/**
 * Why Exchange refuses to remove a certificate. The lab refuses only what Exchange itself refuses: Exchange does remove
 * a certificate that IIS shows on either site, one that POP, IMAP or a Receive connector uses, and the Auth
 * certificate.
 * https://practical365.com/exchange-server/exchange-2013-the-internal-transport-certificate-cannot-be-removed/
 * https://learn.microsoft.com/exchange/troubleshoot/mailflow/cannot-remove-installed-certificate
 */
function inUse(call: Call, state: CertificateState): string | undefined {
  if (state.internalTransport) {
    return (
      'The internal transport certificate cannot be removed because that would cause the Microsoft Exchange ' +
      'Transport service to stop. To replace the internal transport certificate, create a new certificate. The new ' +
      'certificate will automatically become the internal transport certificate. You can then remove the existing ' +
      'certificate.'
    );
  }
  const byThumbprint = state.services.find((name) => ['UM', 'UMCallRouter', 'Federation'].includes(name));
  if (byThumbprint !== undefined) {
    // The text is (unverified).
    return `The certificate cannot be removed because it is being used by ${byThumbprint}.`;
  }
  const { issuer, subject } = read(state);
  const tagged = call.organization.sendConnectors.filter(
    (connector) => connector.settings['TlsCertificateName'] === `<I>${issuer}<S>${subject}`,
  );
  return tagged.length === 0
    ? undefined
    : `These certificates are tagged with following Send Connectors : ${tagged.map(({ name }) => name).join(', ')}. ` +
        'Removing and replacing certificates from Send Connector would break the mail flow. If you still want to ' +
        'proceed then replace or remove these certificates from Send Connector and then try this command.';
}

export const certificates: readonly CmdletBehaviour[] = [
  reads('Get-ExchangeCertificate', get),
  changes('Enable-ExchangeCertificate', enable),
  changes('Remove-ExchangeCertificate', remove),
];
