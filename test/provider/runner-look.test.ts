import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { CertificateProbe, ConnectorProbe, PageProbe } from '../../exchange/resources';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { FrontEnd } from '../../lab/front-end/front-end';
import { lookText } from '../../provider/look-problem';
import { look, watch } from '../../provider/runner-look';
import { toPem } from '../../pki';
import { validCertificate } from '../integration/valid-certificate';
import { call, removeFolders, twoServers } from '../lab/exchange/session';

const HOST = 'BSAEX01.apatricio.local';
const NAME = 'mail.contoso.com';
const { signal } = new AbortController();
const nothing = () => Promise.reject(new Error('no connector is looked at'));

const { certificate: own, privateKey } = validCertificate();
const given = { cert: toPem(own), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };

let lab: SimulatedOrganization;
let web: FrontEnd;
beforeEach(async () => {
  lab = twoServers();
  web = await FrontEnd.start({ organization: () => lab, server: 'BSAEX01' });
});
afterEach(() => web.close());
afterAll(removeFolders);

/** Of Setup's certificate, which IIS has at first, and of another one in the store of the server. */
const [SETUPS, OTHER] = [0, 1].map(
  (index) => () => lab.read().servers.get('BSAEX01')?.certificates[index]?.thumbprint ?? '',
) as [() => string, () => string];

/** What an administrator does with Enable-ExchangeCertificate. */
function giveIis(index: number): void {
  lab.editServer('BSAEX01', ({ certificates }) => {
    for (const each of certificates) each.services = each.services.filter((service) => service !== 'IIS');
    certificates[index]?.services.push('IIS');
  });
}

const certificate = (thumbprint: string, changes: Partial<CertificateProbe> = {}): CertificateProbe => ({
  kind: 'certificate',
  scheme: 'tls',
  server: 'BSAEX01',
  host: HOST,
  port: 443,
  name: NAME,
  thumbprint,
  seconds: 1,
  reason: 'because',
  ...changes,
});
const page = (path = '/owa/healthcheck.htm', thumbprint = SETUPS()): PageProbe => ({
  kind: 'page',
  server: 'BSAEX01',
  host: HOST,
  port: 443,
  path,
  thumbprint,
  seconds: 1,
  reason: 'because',
});
const settings = (port = web.port, host = '127.0.0.1') => ({
  connectTo: new Map([[`${HOST.toLowerCase()}:443`, { host, port }]]),
});

describe('the certificate that a server shows', () => {
  test('is the declared one, whoever issued it, and the name is asked for', async () => {
    expect(await look(certificate(SETUPS()), settings())).toBeUndefined();
    expect(await look(certificate(SETUPS().toLowerCase()), settings())).toBeUndefined();
    expect(web.names).toEqual([NAME, NAME]);
    expect(web.requests).toEqual([]);
  });

  test('is another one: both are named, and what to look at', async () => {
    const probe = certificate(OTHER());
    const problem = await look(probe, settings());
    expect(problem).toMatchObject({ kind: 'certificate', thumbprint: SETUPS() });
    const [what, remedy] = lookText(probe, problem!);
    expect(what).toContain(`${HOST}:443 shows the certificate ${SETUPS()} (CN=BSAEX01, until `);
    expect(what).toContain(`for ${NAME}, not ${OTHER()}`);
    expect(remedy).toContain('bindings of the Default Web Site of BSAEX01');
  });

  test('is waited for while IIS still shows the former one', async () => {
    web.showFormer(1);
    giveIis(1);
    expect(await look(certificate(OTHER()), settings())).toMatchObject({ thumbprint: SETUPS() });
    web.showFormer(2);
    giveIis(0);
    expect(await watch(certificate(SETUPS(), { seconds: 30 }), settings(), signal, nothing)).toEqual([]);
    expect(web.names).toHaveLength(4);
  });

  test('that stays another one until the time is over stops the deploy', async () => {
    const [diagnostic, ...more] = await watch(certificate(OTHER()), settings(), signal, nothing);
    expect(more).toEqual([]);
    expect(diagnostic).toMatchObject({
      severity: 'error',
      summary: 'The check of BSAEX01 from this machine failed',
    });
    expect(diagnostic?.detail).toContain(
      `Still so at the last look within 1 second: ${HOST}:443 shows the certificate ${SETUPS()}`,
    );
    expect(diagnostic?.detail).toContain(
      'Later steps of the deploy, including the DNS records, were not run',
    );
  });

  test('of IMAP is that with which its service was started', async () => {
    const connectTo = async (port: number) => ({
      connectTo: new Map([[`${HOST.toLowerCase()}:993`, { host: '127.0.0.1', port }]]),
    });
    const imap = certificate(SETUPS(), { port: 993, name: 'imap.contoso.com' });
    const port = await web.startMail('IMAP');
    expect(await look(imap, await connectTo(port))).toBeUndefined();
    lab.editServer('BSAEX01', ({ certificates, services }) => {
      (services['ImapSettings'] ??= {})['X509CertificateName'] = 'WMSvc-SHA2-BSAEX01';
      expect(certificates[1]?.privateKey).not.toBeNull();
    });
    const given = { ...imap, thumbprint: OTHER() };
    const problem = await look(given, await connectTo(port));
    expect(problem).toMatchObject({ kind: 'certificate', thumbprint: SETUPS() });
    expect(lookText(given, problem!)[1]).toContain('restart them on BSAEX01');
    expect(await look(given, await connectTo(await web.startMail('IMAP')))).toBeUndefined();
  });

  test('of IMAP is shown no more where the server was drained, until somebody starts the service', async () => {
    const probe = certificate(SETUPS(), { port: 993, name: 'imap.contoso.com' });
    const at = (port: number) => ({
      connectTo: new Map([[`${HOST.toLowerCase()}:993`, { host: '127.0.0.1', port }]]),
    });
    const port = await web.startMail('IMAP');
    for (const State of ['Inactive', 'Active']) {
      const drain = { Identity: 'BSAEX01', Component: 'ServerWideOffline', State, Requester: 'Maintenance' };
      expect((await call(lab, 'Set-ServerComponentState', drain)).failed).toBeUndefined();
    }
    const problem = await look(probe, at(port));
    expect(problem).toMatchObject({ kind: 'unreachable' });
    expect(lookText(probe, problem!)[1]).toMatch(
      /^The POP and IMAP services stop when .* start them on BSAEX01/,
    );
    expect(await look(probe, at(await web.startMail('IMAP')))).toBeUndefined();
  });
});

describe('a server that', () => {
  test('refuses the connection is told as that', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const probe = certificate(SETUPS());
    const problem = await look(probe, settings(port));
    expect(lookText(probe, problem!)).toEqual([
      `${HOST}:443 refuses the connection`,
      'Nothing listens on this port, or a firewall rejects connections from this machine: start the service on BSAEX01. If it runs: Allow connections from this machine to this port of the server (firewall, routing), or take the checks that need it out of health.fromRunner, or fromRunner itself where none is left.',
    ]);
    const [diagnostic] = await watch(probe, settings(port), signal, nothing);
    expect(diagnostic?.summary).toBe(`This machine cannot reach ${HOST}:443`);
  });

  test('says nothing is given up, and the look ends', async () => {
    web.disturbance = { kind: 'silence' };
    const probe = certificate(SETUPS());
    expect(await look(probe, settings(), { milliseconds: 300 })).toEqual({
      kind: 'silent',
      seconds: 0.3,
      connected: true,
    });
  });

  test('has no address is told as that', async () => {
    const probe = certificate(SETUPS());
    const problem = await look(probe, settings(443, 'no-such-host.invalid'));
    expect(lookText(probe, problem!)).toEqual([
      `this machine finds no address of ${HOST}`,
      `Check that the DNS server of this machine knows ${HOST}, and that it is the right name: it comes from fqdn of BSAEX01 in the declaration.`,
    ]);
  });

  test('ends the connection is told as that', async () => {
    lab.stopServer('BSAEX01');
    const problem = await look(certificate(SETUPS()), settings());
    expect(problem).toMatchObject({ kind: 'unreachable' });
  });

  test('offers old TLS only, or something else than TLS, is told as that', async () => {
    const old = createTlsServer({
      key: given.key,
      cert: given.cert,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const plain = createServer((socket) =>
      socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    for (const other of [old, plain]) {
      other.on('tlsClientError', () => undefined);
      other.listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const [diagnostic] = await watch(certificate(SETUPS()), settings(port), signal, nothing);
      expect(diagnostic?.summary).toBe('The check of BSAEX01 from this machine failed');
      expect(diagnostic?.detail).toContain('offers no TLS 1.2 or later');
      other.close();
    }
  });

  test('is waited for no longer once the run is stopped', async () => {
    web.disturbance = { kind: 'silence' };
    const stop = new AbortController();
    const watching = watch(certificate(SETUPS(), { seconds: 600 }), settings(), stop.signal, nothing);
    setTimeout(() => stop.abort(), 100);
    const [diagnostic, ...more] = await watching;
    expect(more).toEqual([]);
    expect(diagnostic?.summary).toBe('The check of BSAEX01 from this machine was stopped');
    expect(diagnostic?.detail).toMatch(/^Stopped on request before the check passed\. Later steps/);
  });

  test('is told as it was last seen, where the run is stopped between two looks', async () => {
    const stop = new AbortController();
    const watching = watch(certificate(OTHER(), { seconds: 600 }), settings(), stop.signal, nothing);
    setTimeout(() => stop.abort(), 500);
    const [diagnostic] = await watching;
    expect(diagnostic?.summary).toBe('The check of BSAEX01 from this machine was stopped');
    expect(diagnostic?.detail).toContain(
      `Stopped on request before the check passed. Last seen: ${HOST}:443 shows the certificate ${SETUPS()}`,
    );
  });
});

describe('the page of a protocol', () => {
  test('answers 200, and nothing is sent that says who asks', async () => {
    expect(await look(page(), settings())).toBeUndefined();
    expect(web.requests).toEqual([
      { line: 'GET /owa/healthcheck.htm', headers: { host: HOST, connection: 'close' } },
    ]);
  });

  test.each([
    '/owa',
    '/ecp',
    '/EWS',
    '/Microsoft-Server-ActiveSync',
    '/OAB',
    '/mapi',
    '/Autodiscover',
    '/rpc',
  ])('%s has one', async (folder) => {
    expect(await look(page(`${folder}/healthcheck.htm`), settings())).toBeUndefined();
  });

  test('answers 503 while the server takes no clients for the protocol', async () => {
    lab.setHealth('BSAEX01', 'OWA.Proxy', 'Unhealthy');
    const problem = await look(page(), settings());
    const [what, remedy] = lookText(page(), problem!);
    expect(what).toBe(`https://${HOST}/owa/healthcheck.htm answers 503, not 200`);
    expect(remedy).toContain('Get-ServerComponentState');
    expect(await look(page('/EWS/healthcheck.htm'), settings())).toBeUndefined();
    lab.editServer('BSAEX01', ({ components }) => {
      components['ServerWideOffline'] = { Maintenance: 'Inactive' };
    });
    expect(await look(page('/EWS/healthcheck.htm'), settings())).toMatchObject({ status: 503 });
  });

  test('that answers otherwise may be that of a server which takes no clients', async () => {
    web.disturbance = { kind: 'answer', status: 404 };
    const problem = await look(page(), settings());
    const [what, remedy] = lookText(page(), problem!);
    expect(what).toBe(`https://${HOST}/owa/healthcheck.htm answers 404, not 200`);
    expect(remedy).toContain('Get-ServerComponentState');
    expect(remedy).toContain('find out what else answers at this address');
  });

  test('that sends on elsewhere is not followed', async () => {
    const location = 'https://elsewhere.contoso.com/\u001b[2J';
    web.disturbance = { kind: 'answer', status: 302, headers: { Location: encodeURI(location) } };
    const problem = await look(page(), settings());
    expect(lookText(page(), problem!)[0]).toBe(
      `https://${HOST}/owa/healthcheck.htm answers 302 with a redirect to https://elsewhere.contoso.com/%1B%5B2J, not 200`,
    );
    expect(web.requests).toHaveLength(1);
  });

  test('that answers 200 with something else is none', async () => {
    web.disturbance = { kind: 'answer', status: 200, body: '<html>Sign in</html>' };
    expect(await look(page(), settings())).toMatchObject({ kind: 'other-page' });
    web.disturbance = { kind: 'answer', status: 200, body: `200 OK<br/>${'x'.repeat(100_000)}` };
    expect(await look(page(), settings())).toBeUndefined();
  });

  test('is not asked for behind another certificate', async () => {
    expect(await look(page('/owa/healthcheck.htm', OTHER()), settings())).toMatchObject({
      kind: 'certificate',
      thumbprint: SETUPS(),
    });
    expect(web.requests).toEqual([]);
  });
});

describe('the certificate after STARTTLS', () => {
  const probe = (port: number): ConnectorProbe => ({
    kind: 'connector',
    server: 'BSAEX01',
    host: HOST,
    port,
    seconds: 1,
    reason: 'because',
  });
  const withoutSmtp = () =>
    lab.editServer('BSAEX01', ({ certificates }) => {
      for (const each of certificates) each.services = [];
    });
  const setConnector = async (changes: { readonly [name: string]: string[] }) => {
    const Identity = 'BSAEX01\\Default Frontend BSAEX01';
    expect((await call(lab, 'Set-ReceiveConnector', { Identity, ...changes })).failed).toBeUndefined();
  };
  const to = (port: number, place: number) => ({
    connectTo: new Map([[`${HOST.toLowerCase()}:${port}`, { host: '127.0.0.1', port: place }]]),
  });

  test.each([25, 587])('on port %i is the one that is selected, or another one of several', async (port) => {
    const settings = to(port, await web.startSmtp(port));
    expect(await look(probe(port), settings, { selected: [OTHER(), SETUPS()] })).toBeUndefined();
    const problem = await look(probe(port), settings, { selected: [OTHER()] });
    expect(problem).toMatchObject({ kind: 'certificate', thumbprint: SETUPS(), wanted: [OTHER()] });
    expect(lookText(probe(port), problem!)[0]).toMatch(
      new RegExp(`shows the certificate ${SETUPS()} .*, not ${OTHER()}$`),
    );
  });

  test.each<[string, () => unknown]>([
    ['has no certificate for it', () => withoutSmtp()],
    ['is not to take TLS', () => setConnector({ AuthMechanism: ['Integrated', 'BasicAuth'] })],
  ])('is none where the server %s: the reply is told', async (_why, change) => {
    await change();
    const settings = to(25, await web.startSmtp(25));
    const problem = await look(probe(25), settings, { selected: [SETUPS()] });
    expect(problem).toEqual({ kind: 'no-tls', reply: '500 5.3.3 Unrecognized command' });
    expect(lookText(probe(25), problem!)[0]).toBe(
      `${HOST}:25 does not start TLS: '500 5.3.3 Unrecognized command'`,
    );
  });

  test.each([
    ['421 4.3.2 Service not active\r\n', '421 4.3.2 Service not active'],
    [`220-${'x'.repeat(300)}\r\n554 no\r\n`, '554 no'],
    ['HTTP/1.1 400 Bad Request\r\n', 'HTTP/1.1 400 Bad Request'],
    ['x'.repeat(20_000), 'x'.repeat(80)],
  ])('a server that says %j is no mail server that takes TLS', async (said, reply) => {
    const other = createServer((socket) => socket.on('error', () => undefined).write(said));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await look(probe(25), to(25, port), { selected: [SETUPS()] })).toEqual({ kind: 'no-tls', reply });
    other.close();
  });

  test('a server that ends the connection half-way is told as that', async () => {
    const other = createServer((socket) => socket.on('error', () => undefined).end('220 a\r\n250-b\r\n'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await look(probe(25), to(25, port), { selected: [SETUPS()] })).toMatchObject({
      kind: 'unreachable',
    });
    other.close();
  });

  test('is not looked at where no connector selects one: that is told, with the remedy', async () => {
    const none = { kind: 'none', problem: 'nothing is selected', remedy: 'Select one.' } as const;
    const [diagnostic] = await watch(probe(25), to(25, 1), signal, () => Promise.resolve(none));
    expect(diagnostic).toMatchObject({ summary: 'The check of BSAEX01 from this machine failed' });
    expect(diagnostic?.detail).toContain(
      'Still so at the last look within 1 second: nothing is selected. Select one.',
    );
  });
});
