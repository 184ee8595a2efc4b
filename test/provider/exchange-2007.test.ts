import './one-session-key';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { site as declared } from '../../environments/nlb-cas-2007';
import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { certificate } from '../../exchange/resources';
import type { ExchangeSiteProps } from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/versions';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { makePfx } from '../../pki';
import { exchangeProvider } from '../../provider/definition';
import { CONFIGURATION_SCHEMA } from '../../provider/configuration';
import { openSession } from '../../remoting/session';
import { withEveryAttribute } from '../../schema';
import { organization, removeFolders } from '../lab/exchange/session';
import { loopback } from '../remoting/peers/loopback';
import { certificateFor } from './certificate-server';
import { Deployment } from './deployment';

const PASSWORD = 'canary-2007';
const folder = mkdtempSync(join(tmpdir(), 'exchange-2007-'));
const [first] = declared.servers;
const site: ExchangeSiteProps = {
  ...declared,
  servers: declared.servers.slice(0, 1),
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
  lab.addServer({ name: first!.name, fqdn: first!.fqdn, version: ExchangeVersion.V2007 });
  layPfx(300);
  deployment = new Deployment<unknown>({
    provider: () =>
      exchangeProvider(
        { EXCHANGE_SERVER_ENDPOINTS: '{"CAS01":"process:"}' },
        { open: () => openSession(loopback(lab.host('CAS01'))) },
      ),
    config: withEveryAttribute(CONFIGURATION_SCHEMA, { servers: { CAS01: '2007' } }),
    extras: {
      [certificate.typeName]: { pfx_file: join(folder, 'certificates/mail.pfx'), pfx_password: PASSWORD },
    },
  });
});
afterAll(() => {
  removeFolders();
  rmSync(folder, { recursive: true, force: true });
});

const objects = (of: ExchangeSiteProps) => elementsOf(resolveSite(of).elements, 'exchange-object');
const ran = () =>
  lab.journal().flatMap(({ cmdlet, applied }) => (applied && !/^(?:Get|Test)-/.test(cmdlet) ? [cmdlet] : []));
const settingsOf = (kind: string) =>
  lab
    .read()
    .servers.get('CAS01')
    ?.virtualDirectories.find((directory) => directory.kind === kind)?.settings;

// The tests build on each other: they are one administrator's day.
describe('a site of Exchange 2007', () => {
  test('is deployed, and the next plan finds nothing to do', async () => {
    const said = await deployment.apply(objects(site));
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(ran()).toEqual([
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
    ]);
    expect(settingsOf('OutlookAnywhere')).toMatchObject({
      ExternalHostname: 'mail.ehlo.dk',
      ClientAuthenticationMethod: 'Basic',
      SSLOffloading: false,
    });
    expect(settingsOf('UM')).toMatchObject({
      InternalUrl: 'https://mail.ehlo.dk/UnifiedMessaging/Service.asmx',
    });
    expect(lab.read().servers.get('CAS01')?.files).toEqual({});
    const next = await deployment.plan(objects(site));
    expect(next.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([...next.changes]).toEqual([]);
  });

  test('has Outlook Anywhere switched off', async () => {
    lab.clearJournal();
    // Nothing may be said of Outlook Anywhere where no server has it on.
    const { namespaces, certificate: pfx, dns, health } = site;
    const servers = [{ ...first!, outlookAnywhere: 'disabled' as const }];
    const off: ExchangeSiteProps = { servers, namespaces, certificate: pfx, dns, ...(health && { health }) };
    const said = await deployment.apply(objects(off));
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(ran()).toEqual(['Disable-OutlookAnywhere']);
    expect([...(await deployment.plan(objects(off))).changes]).toEqual([]);
    await deployment.apply(objects(site));
  });

  test('is given a renewed certificate, and the old one, which nothing uses any more, is removed', async () => {
    lab.clearJournal();
    layPfx(600);
    const said = await deployment.apply(objects(site));
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(ran()).toEqual([
      'Set-Content',
      'Import-ExchangeCertificate',
      'Remove-Item',
      'Enable-ExchangeCertificate',
      'Remove-ExchangeCertificate',
    ]);
    expect(said.filter(({ summary }) => summary.includes('stays'))).toEqual([]);
    expect([...(await deployment.plan(objects(site))).changes]).toEqual([]);
  });
});
