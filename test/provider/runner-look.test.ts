import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { CertificateProbe, PageProbe } from '../../exchange/resources';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { FrontEnd } from '../../lab/front-end/front-end';
import { lookText } from '../../provider/problem';
import { look, watch } from '../../provider/runner-look';
import { removeFolders, twoServers } from '../lab/exchange/session';

const HOST = 'BSAEX01.apatricio.local';
const NAME = 'mail.contoso.com';
const { signal } = new AbortController();

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
    expect(await watch(certificate(SETUPS(), { seconds: 30 }), settings(), signal)).toEqual([]);
    expect(web.names).toHaveLength(4);
  });

  test('that stays another one until the time is over stops the deploy', async () => {
    const [diagnostic, ...more] = await watch(certificate(OTHER()), settings(), signal);
    expect(more).toEqual([]);
    expect(diagnostic).toMatchObject({
      severity: 'error',
      summary: 'BSAEX01 does not show what it must',
    });
    expect(diagnostic?.detail).toContain(`After 1 seconds: ${HOST}:443 shows the certificate ${SETUPS()}`);
    expect(diagnostic?.detail).toContain('the DNS records among them, were not run');
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
      expect.stringContaining('Open the way from this machine') as string,
    ]);
    const [diagnostic] = await watch(probe, settings(port), signal);
    expect(diagnostic?.summary).toBe(`This machine does not reach ${HOST}:443`);
  });

  test('says nothing is given up, and the look ends', async () => {
    web.disturbance = { kind: 'silence' };
    const probe = certificate(SETUPS());
    expect(await look(probe, settings(), undefined, 300)).toEqual({ kind: 'silent', seconds: 0.3 });
  });

  test('has no address is told as that', async () => {
    const probe = certificate(SETUPS());
    const problem = await look(probe, settings(443, 'no-such-host.invalid'));
    expect(lookText(probe, problem!)[0]).toBe(`this machine finds no address of ${HOST}`);
  });

  test('ends the connection is told as that', async () => {
    lab.stopServer('BSAEX01');
    const problem = await look(certificate(SETUPS()), settings());
    expect(problem).toMatchObject({ kind: 'unreachable' });
  });

  test('is waited for no longer once the run is stopped', async () => {
    web.disturbance = { kind: 'silence' };
    const stop = new AbortController();
    const watching = watch(certificate(SETUPS(), { seconds: 600 }), settings(), stop.signal);
    setTimeout(() => stop.abort(), 100);
    expect(await watching).toHaveLength(1);
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

  test('that sends on elsewhere is not followed', async () => {
    const location = 'https://elsewhere.contoso.com/\u001b[2J';
    web.disturbance = { kind: 'answer', status: 302, headers: { Location: encodeURI(location) } };
    const problem = await look(page(), settings());
    expect(lookText(page(), problem!)[0]).toBe(
      `https://${HOST}/owa/healthcheck.htm answers 302 and sends on to https://elsewhere.contoso.com/%1B%5B2J, not 200`,
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
