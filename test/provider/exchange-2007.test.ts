import './one-session-key';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { site as declared } from '../../environments/nlb-cas-2007';
import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { certificate } from '../../exchange/resources';
import type { ExchangeSiteProps } from '../../exchange/site';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { makePfx } from '../../pki';
import { exchangeProvider } from '../../provider/definition';
import { CONFIGURATION_SCHEMA, type Settings } from '../../provider/configuration';
import { openSession } from '../../remoting/session';
import { withEveryAttribute } from '../../schema';
import { organization, removeFolders } from '../lab/exchange/session';
import { loopback } from '../remoting/peers/loopback';
import { certificateFor } from './certificate-server';
import { Deployment } from './deployment';

const PASSWORD = 'canary-2007';
const folder = mkdtempSync(join(tmpdir(), 'exchange-2007-'));
const site: ExchangeSiteProps = {
  ...declared,
  certificate: {
    pfxFile: 'certificates/mail.pfx',
    names: ['mail.ehlo.dk', 'autodiscover.ehlo.dk'],
    services: ['IIS', 'POP', 'IMAP'],
    accepted: { 'self-signed': 'of a test' },
  },
  health: { timeoutSeconds: 1 },
};
const NAMES = ['mail.ehlo.dk', 'autodiscover.ehlo.dk'];

let lab: SimulatedOrganization;
let deployment: Deployment<unknown>;

function layPfx(days: number): void {
  const file = join(folder, 'certificates/mail.pfx');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, makePfx(certificateFor(NAMES, days), { password: PASSWORD, iterations: 1 }), {
    mode: 0o600,
  });
}

beforeAll(() => {
  lab = organization('ehlo.dk');
  for (const { name, fqdn, version } of declared.servers) lab.addServer({ name, fqdn, version });
  layPfx(300);
  deployment = new Deployment<unknown>({
    provider: () =>
      exchangeProvider(
        { EXCHANGE_USER: 'admin', EXCHANGE_PASSWORD: 'of the admin' },
        { open: async (settings) => openSession(loopback(lab.host(serverOf(settings)))) },
      ),
    config: withEveryAttribute(CONFIGURATION_SCHEMA, {
      servers: Object.fromEntries(declared.servers.map(({ name, version }) => [name, version.label])),
      server_endpoints: Object.fromEntries(
        declared.servers.map(({ name, endpoint }) => [name, endpoint ?? '']),
      ),
    }),
    extras: {
      [certificate.typeName]: { pfx_file: join(folder, 'certificates/mail.pfx'), pfx_password: PASSWORD },
    },
  });
});
afterAll(() => {
  removeFolders();
  rmSync(folder, { recursive: true, force: true });
});

/** By its endpoint. */
function serverOf({ endpoint }: Settings): string {
  if (endpoint.kind !== 'wsman') throw new Error(`the endpoint is ${endpoint.kind}`);
  return new URL(endpoint.url).hostname;
}

const objects = (of: ExchangeSiteProps) => elementsOf(resolveSite(of).elements, 'exchange-object');
/** What took effect, by the server in whose session it ran. */
const ran = () => {
  const calls = lab.journal().filter(({ cmdlet, applied }) => applied && !/^(?:Get|Test)-/.test(cmdlet));
  return Object.fromEntries(
    declared.servers.map(({ name }) => [
      name,
      calls.filter(({ session }) => session === name).map(({ cmdlet }) => cmdlet),
    ]),
  );
};
const onBoth = (...cmdlets: readonly string[]) => ({ CAS01: cmdlets, CAS02: cmdlets });
const serverNamed = (name: string) => lab.read().servers.get(name);
const settingsOf = (server: string, kind: string) =>
  serverNamed(server)?.virtualDirectories.find((directory) => directory.kind === kind)?.settings;

// The tests build on each other: they are one administrator's day.
describe('a site of Exchange 2007', () => {
  test('is deployed, and the next plan finds nothing to do', async () => {
    const said = await deployment.apply(objects(site));
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(ran()).toEqual(
      onBoth(
        'Set-ClientAccessServer',
        'Set-Content',
        'Import-ExchangeCertificate',
        'Remove-Item',
        'Enable-ExchangeCertificate',
        'Enable-OutlookAnywhere',
        'Set-OwaVirtualDirectory',
        'Set-ActiveSyncVirtualDirectory',
        'Set-WebServicesVirtualDirectory',
        'Set-OabVirtualDirectory',
        'Set-UMVirtualDirectory',
      ),
    );
    for (const { name } of declared.servers) {
      expect(settingsOf(name, 'OutlookAnywhere')).toMatchObject({
        ExternalHostname: 'mail.ehlo.dk',
        ClientAuthenticationMethod: 'Basic',
        SSLOffloading: false,
      });
      expect(settingsOf(name, 'UM')).toMatchObject({
        InternalUrl: 'https://mail.ehlo.dk/UnifiedMessaging/Service.asmx',
      });
      expect(serverNamed(name)?.files).toEqual({});
    }
    const next = await deployment.plan(objects(site));
    expect(next.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([...next.changes]).toEqual([]);
  });

  test('has POP and IMAP find the certificate by its name, and is told nothing that 2007 does not keep', async () => {
    lab.clearJournal();
    const host = 'mail.ehlo.dk';
    const forWeb = { ...site.certificate, services: ['IIS'] } as ExchangeSiteProps['certificate'];
    const mail = { ...site, certificate: forWeb, mailProtocols: { pop: { host }, imap: { host } } };
    lab.editServer('CAS01', ({ services }) => {
      services['PopSettings'] = { X509CertificateName: 'cas01.ehlo.dk' };
    });
    const said = await deployment.apply(objects(mail));
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(
      lab.journal().flatMap(({ cmdlet, parameters }) => (cmdlet === 'Set-PopSettings' ? [parameters] : [])),
    ).toEqual([{ Server: 'CAS01', X509CertificateName: host }]);
    expect(said.map(({ detail }) => detail).join()).toContain('Restart-Service MSExchangePOP3.');
    expect([...(await deployment.plan(objects(mail))).changes]).toEqual([]);
    await deployment.apply(objects(site));
  });

  test('has Outlook Anywhere switched off', async () => {
    lab.clearJournal();
    // Nothing may be said of Outlook Anywhere where no server has it on.
    const { namespaces, certificate: pfx, dns, health } = site;
    const servers = declared.servers.map((server) => ({ ...server, outlookAnywhere: 'disabled' as const }));
    const off: ExchangeSiteProps = { servers, namespaces, certificate: pfx, dns, ...(health && { health }) };
    const said = await deployment.apply(objects(off));
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(ran()).toEqual(onBoth('Disable-OutlookAnywhere'));
    expect([...(await deployment.plan(objects(off))).changes]).toEqual([]);
    await deployment.apply(objects(site));
  });

  test('is given a renewed certificate, and the old one, which nothing uses any more, is removed', async () => {
    lab.clearJournal();
    layPfx(600);
    const said = await deployment.apply(objects(site));
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(ran()).toEqual(
      onBoth(
        'Set-Content',
        'Import-ExchangeCertificate',
        'Remove-Item',
        'Enable-ExchangeCertificate',
        'Remove-ExchangeCertificate',
      ),
    );
    expect(said.filter(({ summary }) => summary.includes('stays'))).toEqual([]);
    expect([...(await deployment.plan(objects(site))).changes]).toEqual([]);
  });
});
