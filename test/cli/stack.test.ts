import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { dnsVerdicts } from '../../cli/doctor/dns';
import { pfxVerdicts } from '../../cli/doctor/pfx';
import { readStack } from '../../cli/doctor/stack-file';
import { SiteStack } from '../../constructs/site-stack';
import type { ExchangeSiteProps, SiteCertificate } from '../../exchange/site';
import { makeAuthority, makePfx, toPem } from '../../pki';
import type { Environment } from '../../provider/environment';
import { describeEachServer } from '../dns/servers';
import { newKey, type DnsRig } from '../dns/rig';
import { server, site } from '../exchange/sites';

const PASSWORD = 'canary-7d20';
const OPEN: Environment = { TF_VAR_pfx_password: PASSWORD };
const DAY_MS = 86_400_000;
const validFor = (days: number) => ({
  notBefore: new Date(Date.now() - DAY_MS),
  notAfter: new Date(Date.now() + days * DAY_MS),
});
const authority = makeAuthority({ commonName: 'Contoso Root', ...validFor(1000) });
const right = site();
const issued = (names: readonly string[], days = 300) =>
  authority.issue({ commonName: names[0] ?? '', subjectAlternativeNames: names, ...validFor(days) });
const accepted: SiteCertificate['accepted'] = { 'private-authority': 'of the test' };
const accepting = { ...right.certificate, accepted };

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'stack-'));
  mkdirSync(join(project, 'certificates'));
});
afterEach(() => rmSync(project, { recursive: true }));

function lay(file: string, names: readonly string[] = right.certificate.names, days?: number): string {
  const certificate = issued(names, days);
  writeFileSync(join(project, file), makePfx(certificate, { password: PASSWORD, iterations: 1 }), {
    mode: 0o600,
  });
  return toPem(certificate.certificate);
}

async function synthesized(declaration: ExchangeSiteProps, environment: Environment) {
  const app = new App({ stackTraces: false, outdir: join(project, 'cdktf.out') });
  new SiteStack(app, 'contoso', { site: declaration }, project);
  app.synth();
  const stack = await readStack(join(project, 'cdktf.out/stacks/contoso/exchange-plan.json'), environment);
  if (stack === undefined) throw new Error('no stack was written');
  return stack;
}

describe('a PFX', () => {
  const verdicts = async (certificate: ExchangeSiteProps['certificate'], environment: Environment = OPEN) => {
    const stack = await synthesized(site({ certificate }), environment);
    const found = await pfxVerdicts(stack);
    expect(JSON.stringify(found)).not.toContain(PASSWORD);
    return found;
  };

  test('that opens and is right is looked at once, whichever servers have it', async () => {
    lay('certificates/mail.pfx');
    expect(await verdicts(accepting)).toEqual([
      {
        state: 'ok',
        detail: expect.stringMatching(
          /certificates\/mail\.pfx' opens, .* valid for EX01, EX02 until \d{4}-/,
        ) as string,
      },
    ]);
  });

  test.each([
    ['is wrong', { TF_VAR_pfx_password: 'other' }],
    ['is missing', {}],
  ])('whose password %s fails once', async (what, environment: Environment) => {
    lay('certificates/mail.pfx');
    expect(await verdicts(accepting, environment)).toEqual([
      {
        state: 'failed',
        detail: expect.stringContaining(`mail.pfx' ${what}`) as string,
        remedy: expect.stringContaining('TF_VAR_pfx_password') as string,
      },
    ]);
  });

  test('that is not there fails', async () => {
    expect(await verdicts(accepting)).toMatchObject([
      { state: 'failed', detail: expect.stringContaining('cannot be read') as string },
    ]);
  });

  test('without a name that clients use fails, and what a plan warns of is a warning', async () => {
    lay('certificates/mail.pfx', ['mail.contoso.com']);
    expect(await verdicts(accepting)).toMatchObject([
      { state: 'failed', detail: expect.stringContaining('autodiscover.contoso.com is not on') as string },
    ]);
    lay('certificates/mail.pfx', right.certificate.names, 10);
    const [soon] = await verdicts(right.certificate);
    expect(soon).toMatchObject({ state: 'warning' });
    expect(soon?.detail).toMatch(/ends in \d+ days|expires/);
    expect(soon?.detail).toContain('Contoso Root');
  });

  test('that is committed warns while it cannot be opened, and fails where it holds another certificate', async () => {
    writeFileSync(join(project, 'certificates/mail.crt'), lay('certificates/mail.pfx'));
    const committed = { ...accepting, certificateFile: 'certificates/mail.crt' };
    expect(await verdicts(committed)).toMatchObject([{ state: 'ok' }]);
    expect(await verdicts(committed, {})).toMatchObject([
      { state: 'warning', remedy: expect.stringContaining('Plans do not need the PFX') as string },
    ]);
    lay('certificates/mail.pfx');
    expect(await verdicts(committed)).toMatchObject([
      { state: 'failed', detail: expect.stringContaining('is not the certificate in') as string },
    ]);
  });

  test('of several each has its own password', async () => {
    lay('certificates/mail.pfx');
    lay('certificates/smtp.pfx', ['smtp.contoso.com']);
    const several = {
      web: accepting,
      'e-mail': {
        pfxFile: 'certificates/smtp.pfx',
        names: ['smtp.contoso.com'],
        services: ['SMTP'] as const,
        accepted,
      },
    };
    const environment = { TF_VAR_pfx_password_web: PASSWORD, TF_VAR_pfx_password_e_mail: 'other' };
    expect(await verdicts(several, environment)).toMatchObject([
      { state: 'ok' },
      { state: 'failed', remedy: expect.stringContaining('TF_VAR_pfx_password_e_mail') as string },
    ]);
  });

  test('with a name that Terraform would read as a template is found by its own name', async () => {
    lay('certificates/$' + '{mail}.pfx');
    expect(await verdicts({ ...accepting, pfxFile: 'certificates/$' + '{mail}.pfx' })).toMatchObject([
      { state: 'ok' },
    ]);
  });
});

describeEachServer('a zone', (start) => {
  const key = newKey();
  let dns: DnsRig;
  beforeAll(async () => {
    dns = await start({ zones: [{ name: 'contoso.com.', records: [] }], keys: [key] });
  });
  afterAll(() => dns.stop());

  const verdicts = async (environment: Environment, keyName = key.name) => {
    const zone = { name: 'contoso.com', server: dns.address, port: dns.port, keyName, timeoutSeconds: 1 };
    const zones = [{ ...zone, keyAlgorithm: 'hmac-sha256' as const }];
    return dnsVerdicts(await synthesized(site({ dns: { zones } }), environment), environment);
  };

  test('whose server takes updates with the key of the environment is well', async () => {
    expect(await verdicts({ TF_VAR_dns_key_secret: key.secret })).toEqual([
      { state: 'ok', detail: 'the server of the zone contoso.com. takes updates' },
    ]);
  });

  test('whose key is another one fails, and no secret is shown', async () => {
    const other = newKey().secret;
    const found = await verdicts({ TF_VAR_dns_key_secret: other });
    expect(found).toMatchObject([
      { state: 'failed', remedy: expect.stringContaining('Check server and key in dns.zones') as string },
    ]);
    expect(JSON.stringify(found)).not.toContain(other);
  });

  test('whose key has no secret fails before anybody is asked', async () => {
    expect(await verdicts({})).toMatchObject([
      {
        state: 'failed',
        remedy: expect.stringContaining(
          'only a part of key_name, key_algorithm and key_secret is set',
        ) as string,
      },
    ]);
  });

  test('whose updates Kerberos signs is asked as a deploy asks it', async () => {
    const [verdict] = await verdicts({ DNS_UPDATE_REALM: 'CONTOSO.COM' });
    expect(verdict).toMatchObject({ state: 'failed' });
    expect(verdict?.state === 'failed' && verdict.remedy).toContain('knows servers only by name');
  });
});

test('of several zones each is told, and of two views which one', async () => {
  const dns = {
    internal: { zones: [{ name: 'contoso.com', server: '192.0.2.53', port: 1 }] },
    external: { zones: [{ name: 'contoso.com' }], publish: { virtualIp: '203.0.113.1' } },
  };
  const declaration = site({ servers: [server(1)], dns });
  const found = await dnsVerdicts(await synthesized(declaration, {}), {
    DNS_UPDATE_TRANSPORT: 'carrier pigeon',
  });
  expect(found).toMatchObject([
    { state: 'failed', remedy: expect.stringContaining('in dns.internal.zones') as string },
    { state: 'failed', remedy: expect.stringContaining('in dns.external.zones') as string },
  ]);
});

test('a plan with no stack beside it has none to look at', async () => {
  expect(await readStack(join(project, 'exchange-plan.json'), {})).toBeUndefined();
  writeFileSync(join(project, 'cdk.tf.json'), 'no JSON');
  expect(await readStack(join(project, 'exchange-plan.json'), {})).toBeUndefined();
});
