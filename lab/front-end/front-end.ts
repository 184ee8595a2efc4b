import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server as HttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { nameCovers, parseCertificate, presentedNames } from '../../pki';
import { asksAutodiscover, autodiscoverReply } from './autodiscover';
import { takesClients } from '../exchange/cmdlets/health';
import { mailProtocolName, mailSettingsOf } from '../exchange/objects/certificate';
import type { SimulatedOrganization } from '../exchange/organization';
import type { CertificateState, MailService, ServerState } from '../exchange/state';
import { pem } from '../wsman/exchange-endpoint';
import type { ShownCertificate } from '../wsman/listeners';
import { smtpServer } from './smtp';

export interface FrontEndOptions {
  /** Called for each connection, so that a test may replace the organization. */
  readonly organization: () => SimulatedOrganization;
  /** The name of the server. */
  readonly server: string;
}

/** A failure of the web site that a test requests, for the next requests. */
export type WebDisturbance =
  /** The site accepts connections and never answers. */
  | { readonly kind: 'silence' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: { readonly [name: string]: string };
      readonly body?: string;
    };

/** The ports of a server for its clients: it shows its certificates, and the health pages of its protocols. */
export class FrontEnd {
  /** Set by tests. Null: the site works. */
  disturbance: WebDisturbance | null = null;
  /** Every request for a page, with its method, URL and headers. */
  readonly requests: { readonly line: string; readonly headers: IncomingMessage['headers'] }[] = [];
  /** The server names (SNI) that clients sent, in order. */
  readonly names: string[] = [];
  readonly #options: FrontEndOptions;
  readonly #web: HttpsServer;
  readonly #mail = new Map<MailService, Server>();
  readonly #smtp: Server[] = [];
  readonly #sockets = new Set<Socket>();
  /** How many connections still get the former certificate of IIS. */
  #late = 0;
  #former: ShownCertificate | undefined;

  private constructor(options: FrontEndOptions) {
    this.#options = options;
    const SNICallback: ServerOptions['SNICallback'] = (name, done) => {
      this.names.push(name);
      done(null);
    };
    this.#web = createServer({ SNICallback }, (request, response) => this.#answer(request, response));
    this.#beforeHandshakes();
  }

  static async start(options: FrontEndOptions): Promise<FrontEnd> {
    const started = new FrontEnd(options);
    started.#web.listen(0, '127.0.0.1');
    await once(started.#web, 'listening');
    return started;
  }

  /** The TLS port of the Default Web Site, which is 443 on a real server. */
  get port(): number {
    return (this.#web.address() as AddressInfo).port;
  }

  /** After the next change of the binding, this many connections still get the former certificate. */
  showFormer(connections: number): void {
    this.#former = this.#bound();
    this.#late = connections;
  }

  /**
   * Starts or restarts the service of POP or IMAP. When it starts, it loads its certificate by the name in its
   * settings, and keeps it until it is restarted:
   * https://learn.microsoft.com/exchange/clients/pop3-and-imap4/configure-imap4. Setup leaves both services stopped;
   * they also stop when the server is taken out of service as a whole.
   *
   * @param port of TLS. Left out: one that is free
   */
  async startMail(service: MailService, port = 0): Promise<number> {
    this.#mail.get(service)?.close();
    this.#options.organization().editServer(this.#options.server, (server) => {
      server.mailServices = [...new Set([...(server.mailServices ?? []), service])];
    });
    const server = createTlsServer(this.#mailCertificate(service), (socket) => {
      socket.on('error', () => undefined);
      this.#sockets.add(socket);
      socket.write(
        service === 'POP'
          ? '+OK The Microsoft Exchange POP3 service is ready.\r\n'
          : '* OK The Microsoft Exchange IMAP4 service is ready.\r\n',
      );
    });
    server.prependListener('connection', (socket: Socket) => {
      if (this.#server().mailServices?.includes(service) !== true) socket.destroy();
    });
    this.#mail.set(service, server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /**
   * Accepts SMTP connections as the Receive connectors on a port do, up to STARTTLS.
   *
   * @param port of the connector on a real server
   */
  async startSmtp(port: number): Promise<number> {
    const keep = (socket: Socket) => {
      socket.on('error', () => undefined);
      this.#sockets.add(socket);
    };
    const server = smtpServer(() => this.#server(), port, keep);
    this.#smtp.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const server of [this.#web, ...this.#mail.values(), ...this.#smtp]) server.close();
    this.#web.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#web.listening) await once(this.#web, 'close');
  }

  #server(): ServerState {
    const found = this.#options.organization().read().servers.get(this.#options.server.toUpperCase());
    if (found === undefined) throw new Error(`the lab has no server ${this.#options.server}`);
    return found;
  }

  #bound(): ShownCertificate | undefined {
    const bound = this.#server().certificates.find(({ services }) => services.includes('IIS'));
    return bound && pem(bound);
  }

  /** The binding has no host name: the certificate is the same for every name that a client asks for. */
  #beforeHandshakes(): void {
    const begin = this.#web.listeners('connection');
    this.#web.removeAllListeners('connection');
    this.#web.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      const bound = this.#server().running ? this.#bound() : undefined;
      if (this.disturbance?.kind === 'silence') return;
      const isLate = this.#late > 0 && this.#former?.cert !== bound?.cert;
      if (isLate) this.#late -= 1;
      const shown = isLate ? this.#former : bound;
      if (shown === undefined) {
        socket.destroy();
        return;
      }
      this.#web.setSecureContext(shown);
      for (const listener of begin) listener.call(this.#web, socket);
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    this.requests.push({ line: `${method} ${url}`, headers });
    if (this.disturbance?.kind === 'answer') {
      const { status, headers: own = {}, body = '' } = this.disturbance;
      response.writeHead(status, own).end(body);
      return;
    }
    if (asksAutodiscover(method, url)) {
      this.#autodiscover(request, response);
      return;
    }
    const server = this.#server();
    const isHealthy = takesClients(server, url);
    if (method !== 'GET' || isHealthy === undefined) {
      response.writeHead(404).end();
    } else if (isHealthy) {
      // https://learn.microsoft.com/exchange/architecture/client-access/load-balancing
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(`200 OK<br/>${server.fqdn}`);
    } else {
      response.writeHead(503).end();
    }
  }

  #autodiscover(request: IncomingMessage, response: ServerResponse): void {
    let asked = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      asked += part;
    });
    request.once('end', () => {
      const { organization } = this.#options.organization().read();
      const reply = autodiscoverReply(organization, this.#server(), request.headers.authorization, asked);
      response.writeHead(reply.status, reply.headers).end(reply.body);
    });
  }

  #mailCertificate(service: MailService): ShownCertificate {
    const server = this.#server();
    const noun = mailSettingsOf(service);
    if (noun === undefined) throw new Error(`${service} has no settings`);
    const name = mailProtocolName(server, noun);
    const found = server.certificates.filter((certificate) => hasName(certificate, name)).at(-1);
    if (found === undefined) throw new Error(`no certificate of ${server.name} has the name ${name}`);
    return pem(found);
  }
}

function hasName({ der, privateKey }: CertificateState, name: string): boolean {
  const names = presentedNames(parseCertificate(Buffer.from(der, 'base64')));
  return privateKey !== null && names.some((each) => nameCovers(each, name));
}
