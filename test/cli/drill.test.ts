import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { drill, UnknownServer } from '../../cli/drill/drill';
import { plannedNames } from '../../cli/drill/planned-names';
import { renderText } from '../../cli/drill/report';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { PLAN_FORMAT_VERSION } from '../../exchange/plan/model';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps } from '../../exchange/site';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { certificateState } from '../../lab/exchange/setup';
import { FrontEnd } from '../../lab/front-end/front-end';
import { startLab } from '../dns/lab';
import type { DnsRig } from '../dns/rig';
import { server, site } from '../exchange/sites';
import { validCertificate } from '../integration/valid-certificate';
import { removeFolders, twoServers } from '../lab/exchange/session';

const NAMES = ['mail.contoso.com', 'autodiscover.contoso.com', 'imap.contoso.com'];
const [ONE, TWO, VIRTUAL] = ['192.0.2.1', '192.0.2.2', '192.0.2.100'] as const;
const servers = [1, 2].map((number) =>
  server(number, { name: `BSAEX0${number}`, fqdn: `BSAEX0${number}.contoso.local` }),
);
const declaration = site({
  servers,
  mailProtocols: { imap: { host: 'imap.contoso.com' } },
  certificate: { pfxFile: 'certificates/mail.pfx', names: NAMES, services: ['IIS', 'IMAP'] },
});
const textOf = (props: ExchangeSiteProps) =>
  JSON.stringify(exchangePlan('contoso', props, resolveSite(props)));

let lab: SimulatedOrganization;
let fronts: readonly [FrontEnd, FrontEnd];
let imap: readonly number[];
const given = validCertificate(NAMES);
beforeEach(async () => {
  lab = twoServers();
  const started = [];
  const ports = [];
  for (const { name } of servers) {
    lab.editServer(name, ({ certificates, services }) => {
      for (const each of certificates) each.services = [];
      certificates.push(certificateState(given, { services: ['IIS'] }));
      (services['ImapSettings'] ??= {})['X509CertificateName'] = 'imap.contoso.com';
    });
    const front = await FrontEnd.start({ organization: () => lab, server: name });
    started.push(front);
    ports.push(await front.startMail('IMAP'));
  }
  fronts = started as unknown as readonly [FrontEnd, FrontEnd];
  imap = ports;
});
afterEach(async () => {
  for (const front of fronts) await front.close();
});
afterAll(removeFolders);

/** Each server under its address; a load balancer that sends everybody to the second. */
const places = (): { readonly [from: string]: string } => {
  const ports: readonly (readonly [string, number | undefined])[] = [
    [`${ONE}:443`, fronts[0].port],
    [`${TWO}:443`, fronts[1].port],
    [`${VIRTUAL}:443`, fronts[1].port],
    [`${ONE}:993`, imap[0]],
    [`${TWO}:993`, imap[1]],
  ];
  return Object.fromEntries(ports.map(([from, port]) => [from, `127.0.0.1:${port}`]));
};
const surroundings = (answers: (name: string) => readonly string[]) => ({
  resolve: (name: string) => Promise.resolve(answers(name)),
  connectTo: new Map(
    Object.entries(places()).map(([from, to]) => [
      from,
      { host: '127.0.0.1', port: Number(to.split(':')[1]) },
    ]),
  ),
});
const roundRobin = (name: string) =>
  name.endsWith('.local') ? [name.toLowerCase().startsWith('bsaex01.') ? ONE : TWO] : [ONE, TWO];

describe('a plan tells', () => {
  test('the names, with what answers under each', () => {
    const { names, hosts, pools } = plannedNames(textOf(declaration));
    expect(names).toEqual([
      {
        name: 'mail.contoso.com',
        port: 443,
        folders: ['EWS', 'Microsoft-Server-ActiveSync', 'OAB', 'ecp', 'mapi', 'owa', 'rpc'],
      },
      { name: 'autodiscover.contoso.com', port: 443, folders: ['Autodiscover'] },
      { name: 'imap.contoso.com', port: 993, folders: [] },
    ]);
    expect(hosts).toEqual(['BSAEX01.contoso.local', 'BSAEX02.contoso.local']);
    expect(pools).toEqual([]);
  });

  test.each([
    ['{', 'not JSON'],
    ['[]', 'not an Exchange plan'],
    ['{"formatVersion":1}', `not an Exchange plan of format ${PLAN_FORMAT_VERSION}`],
  ])('nothing where it is %s', (text, what) => {
    expect(() => plannedNames(text)).toThrow(what);
  });
});

describe('with round robin', () => {
  const run = (without = 'bsaex01', answers = roundRobin) =>
    drill(plannedNames(textOf(declaration)), without, surroundings(answers));

  test('every name answers by the other server, and only that one is looked at', async () => {
    const report = await run();
    expect(report.gone).toEqual([ONE]);
    expect(report.names.map(({ name, verdict }) => [name, verdict])).toEqual(
      NAMES.map((name) => [name, 'answers']),
    );
    const [mail] = report.names;
    expect(mail?.addresses).toEqual([
      {
        address: TWO,
        answers: true,
        detail: `TLS with the certificate ${given.certificate.thumbprint}, 7 of 7 health pages say 200 OK`,
      },
    ]);
    expect(fronts[0].names).toEqual([]);
    expect(new Set(fronts[1].names)).toEqual(new Set(NAMES.slice(0, 2)));
    expect(fronts[1].requests.every(({ headers }) => !('authorization' in headers))).toBe(true);
    expect(renderText(report)).toContain('answers  imap.contoso.com: another address answers\n');
  });

  test('a name of which DNS has the one server alone is silent', async () => {
    const report = await run('BSAEX01', (name) =>
      name.startsWith('autodiscover') ? [ONE] : roundRobin(name),
    );
    expect(report.names[1]).toEqual({
      name: 'autodiscover.contoso.com',
      verdict: 'silent',
      detail: 'DNS has only addresses of BSAEX01 for this name',
      addresses: [],
    });
    expect(report.names[0]?.verdict).toBe('answers');
  });

  test('a name that DNS has not is silent, and one that it does not answer for', async () => {
    const none = await run('BSAEX01', (name) => (name.startsWith('imap') ? [] : roundRobin(name)));
    expect(none.names[2]).toMatchObject({ verdict: 'silent', detail: 'DNS has no address of this name' });
    const plan = plannedNames(textOf(declaration));
    const failing = {
      ...surroundings(roundRobin),
      resolve: () => Promise.reject(new Error('queryA ETIMEOUT')),
    };
    const { names } = await drill(plan, 'BSAEX01', failing, [ONE]);
    expect(names[0]?.detail).toBe('DNS does not answer: queryA ETIMEOUT');
  });

  test('the other server must be healthy, and have the name on its certificate', async () => {
    lab.setHealth('BSAEX02', 'OWA.Proxy', 'Unhealthy');
    const ill = await run();
    expect(ill.names[0]).toMatchObject({ verdict: 'silent', detail: 'no other address answers' });
    expect(ill.names[0]?.addresses[0]?.detail).toBe('/owa/healthcheck.htm answers 503');
    expect(ill.names[1]?.verdict).toBe('answers');
    lab.setHealth('BSAEX02', 'OWA.Proxy', 'Healthy');
    lab.editServer('BSAEX02', ({ certificates }) => {
      for (const each of certificates) each.services = [];
      certificates[0]?.services.push('IIS');
    });
    const wrong = await run();
    expect(wrong.names[0]?.addresses[0]?.detail).toMatch(
      /^the certificate [0-9A-F]{40} does not have this name$/,
    );
  });

  test('a server without health pages counts by its certificate', async () => {
    fronts[1].disturbance = { kind: 'answer', status: 404 };
    const report = await run();
    expect(report.names[0]).toMatchObject({ verdict: 'answers' });
    expect(report.names[0]?.addresses[0]?.detail).toMatch(/, no health page$/);
  });

  test('a server that is not in the plan is refused, and one whose addresses nobody knows', async () => {
    await expect(run('EX09')).rejects.toThrow(
      'the plan has no server EX09; its servers are BSAEX01, BSAEX02',
    );
    await expect(run('BSAEX01', () => [])).rejects.toThrow(UnknownServer);
    await expect(run('BSAEX01', () => [])).rejects.toThrow('--without BSAEX01=192.0.2.11');
  });
});

describe('behind a load balancer', () => {
  const balanced = { ...declaration, dns: { ...declaration.dns, publish: { virtualIp: VIRTUAL } } };
  const run = () =>
    drill(
      plannedNames(textOf(balanced)),
      'BSAEX01',
      surroundings((name) => (name.endsWith('.local') ? roundRobin(name) : [VIRTUAL])),
    );

  test('it is not said that a name answers, which shows only while the server is down', async () => {
    const [mail] = (await run()).names;
    expect(mail?.verdict).toBe('unsure');
    expect(mail?.detail).toContain(
      'whether it stops sending clients to BSAEX01 can be seen only while BSAEX01 is down',
    );
    expect(mail?.addresses.map(({ address, server: of }) => [address, of])).toEqual([
      [VIRTUAL, undefined],
      [TWO, 'BSAEX02'],
    ]);
  });

  test('a name whose other servers do not answer is silent', async () => {
    lab.stopServer('BSAEX02');
    const [mail] = (await run()).names;
    expect(mail).toMatchObject({
      verdict: 'silent',
      detail: 'behind the load balancer only BSAEX01 could answer; the other servers do not',
    });
    expect(mail?.addresses[1]).toMatchObject({ address: TWO, answers: false });
  });
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drill-'));
  const file = join(folder, 'exchange-plan.json');
  let dns: DnsRig;
  beforeAll(async () => {
    writeFileSync(file, textOf(declaration));
    const a = (name: string, address: string) => ({
      name: `${name}.`,
      ttl: 300,
      data: { type: 'A' as const, address },
    });
    dns = await startLab({
      zones: [
        { name: 'contoso.com.', records: NAMES.flatMap((name) => [a(name, ONE), a(name, TWO)]) },
        {
          name: 'contoso.local.',
          records: [a('bsaex01.contoso.local', ONE), a('bsaex02.contoso.local', TWO)],
        },
      ],
      keys: [],
    });
  });
  afterAll(async () => {
    await dns.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function command(args: readonly string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', 'cli/drill-main.ts', ...args], {
      cwd: resolve(__dirname, '../..'),
      env: { PATH: process.env['PATH'], EXCHANGE_CONNECT_TO: JSON.stringify(places()) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (chunk: Buffer) => (said[stream] += chunk.toString()));
    }
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...said };
  }
  const asked = () => ['--dns', `${dns.address}:${dns.port}`];

  test('ends with 0 where every name answers, and with 1 where one does not', async () => {
    const all = await command([file, '--without', 'BSAEX01', ...asked()]);
    expect(all.stderr).toBe('');
    expect(all.stdout).toContain(`Without BSAEX01 (${ONE}):`);
    expect(all.stdout.match(/^answers {2}\S+contoso\.com/gm)).toHaveLength(3);
    expect(all.code).toBe(0);
    lab.stopServer('BSAEX02');
    const one = await command([file, '--without', `BSAEX01=${ONE}`, '--json', ...asked()]);
    expect(JSON.parse(one.stdout)).toMatchObject({
      formatVersion: 1,
      without: 'BSAEX01',
      names: [{ verdict: 'silent' }, { verdict: 'silent' }, {}],
    });
    expect(one.code).toBe(1);
  });

  test.each([
    [[], 'one plan'],
    [['none.json', '--without', 'BSAEX01'], 'none.json cannot be read: ENOENT'],
    [['package.json', '--without', 'BSAEX01'], 'package.json is not an Exchange plan of format'],
    [['package.json'], 'name the server to leave out'],
    [['package.json', '--password', 'x'], '--password'],
  ])('refuses the arguments %j with 2 and how it is used', async (args, why) => {
    const { code, stdout, stderr } = await command(args);
    expect(stdout).toBe('');
    expect(stderr).toContain(why);
    expect(stderr).toContain('usage: npm run drill');
    expect(code).toBe(2);
  });
});
