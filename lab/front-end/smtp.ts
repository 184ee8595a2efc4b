import { createSecureContext, TLSSocket } from 'node:tls';
import { createServer, type Server, type Socket } from 'node:net';
import { nameCovers, parseCertificate, presentedNames } from '../../pki';
import { RECEIVE_DEFAULTS } from '../exchange/cmdlets/organization';
import type { CertificateState, DirectoryObject, Json, ServerState, Settings } from '../exchange/state';
import { pem } from '../wsman/exchange-endpoint';

/** The Receive connector on a port: that of Setup, which is the first where an administrator added others. */
function connectorOn(server: ServerState, port: number): DirectoryObject | undefined {
  return server.receiveConnectors.find((connector) => {
    const { Bindings: bindings, Enabled: isEnabled } = settingsOf(connector);
    return isEnabled === true && textsOf(bindings).some((binding) => binding.endsWith(`:${port}`));
  });
}

const settingsOf = ({ settings }: DirectoryObject): Settings => ({ ...RECEIVE_DEFAULTS, ...settings });
const textsOf = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);

/**
 * The certificate that a connector shows, by the rules that Microsoft describes:
 * https://learn.microsoft.com/exchange/mail-flow/mail-routing/inbound-starttls-certificates-selection. The case of a
 * certificate that is outside of its validity and of no authority does not occur in the lab.
 */
function shownBy(server: ServerState, connector: DirectoryObject): CertificateState | undefined {
  const { TlsCertificateName: named, Fqdn: fqdn, AuthMechanism: mechanisms } = settingsOf(connector);
  if (!textsOf(mechanisms).includes('Tls')) return undefined;
  const name = typeof fqdn === 'string' && fqdn !== '' ? fqdn : server.fqdn;
  const matching = server.certificates
    .filter(({ services, privateKey }) => services.includes('SMTP') && privateKey !== null)
    .map((state) => ({ state, certificate: parseCertificate(Buffer.from(state.der, 'base64')) }))
    .filter(({ certificate }) =>
      typeof named === 'string'
        ? named === `<I>${certificate.issuer}<S>${certificate.subject}`
        : presentedNames(certificate).some((each) => nameCovers(each, name)),
    )
    .sort((one, other) => other.certificate.notBefore.getTime() - one.certificate.notBefore.getTime());
  const issued = matching.find(({ certificate }) => !certificate.selfSigned);
  return (issued ?? matching[0])?.state;
}

/**
 * A mail server that works up to STARTTLS. The words of its replies are those in administrators' protocol logs; that a
 * server without a certificate answers 500 is (unverified).
 *
 * @param look returns the present state of the server
 * @param port of the connector on a real server
 */
export function smtpServer(look: () => ServerState, port: number, keep: (socket: Socket) => void): Server {
  return createServer((socket) => {
    keep(socket);
    const server = look();
    const connector = connectorOn(server, port);
    const shown = connector === undefined ? undefined : shownBy(server, connector);
    const say = (...lines: readonly string[]) => socket.write(lines.map((line) => `${line}\r\n`).join(''));
    say(`220 ${server.fqdn} Microsoft ESMTP MAIL Service ready`);
    const take = (part: Buffer) => {
      const line = part.toString('latin1').trim();
      if (/^EHLO /i.test(line)) {
        const offers = shown === undefined ? [] : ['250-STARTTLS'];
        say(`250-${server.fqdn} Hello [127.0.0.1]`, '250-SIZE 37748736', ...offers, '250 CHUNKING');
      } else if (/^STARTTLS$/i.test(line) && shown !== undefined) {
        socket.off('data', take);
        say('220 2.0.0 SMTP server ready');
        const secured = new TLSSocket(socket, {
          isServer: true,
          secureContext: createSecureContext(pem(shown)),
        });
        keep(secured);
      } else {
        say('500 5.3.3 Unrecognized command');
      }
    };
    socket.on('data', take);
  });
}
