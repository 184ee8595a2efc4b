import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { examine } from '../../cli/doctor/doctor';
import { ExchangeVersion } from '../../exchange/versions';
import { SimulatedOrganization } from '../../lab/exchange/organization';
import { certificateState } from '../../lab/exchange/setup';
import { makeAuthority, toPem } from '../../pki';
import { ENTRANCE } from '../../quickstart/door';
import { restartExchange, startExchange } from '../../quickstart/exchange';
import { missingForKerberos } from '../../quickstart/kerberos-door';
import { exportLines } from '../../quickstart/sandbox';
import { wayFrom } from '../../quickstart/way';
import { setNativeEnvironment } from '../kerberos/native-environment';
import { describeWithKerberos } from '../remoting/peers/kdc';

describe('the Exchange endpoint of the quick start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quickstart-'));
  const files = {
    folder: join(folder, 'endpoint'),
    organization: join(folder, 'organization'),
    authority: join(folder, 'authority.pem'),
    names: ['mail.contoso.com'],
  };
  const validity = {
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000),
  };
  const authority = makeAuthority({ commonName: 'Certificates of the site', ...validity });
  beforeAll(() => {
    writeFileSync(files.authority, toPem(authority.certificate));
    const organization = SimulatedOrganization.create(files.organization, { domain: 'apatricio.local' });
    organization.addServer({
      name: ENTRANCE,
      fqdn: `${ENTRANCE}.apatricio.local`,
      version: ExchangeVersion.V2013,
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is reached with what it prints, and again after a restart; the password is its owner’s alone', async () => {
    const started = await startExchange(files, 'wsman');
    try {
      expect(await examine({}, started.variables)).toMatchObject({ ok: true });
    } finally {
      await started.close();
    }
    expect(await examine({}, started.variables)).toMatchObject({ ok: false });
    const again = await restartExchange(files);
    try {
      expect(again.variables).toEqual(started.variables);
      expect(await examine({}, again.variables)).toMatchObject({ ok: true });
    } finally {
      await again.close();
    }
    const file = started.variables['EXCHANGE_PASSWORD_FILE'] ?? '';
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(exportLines(started.variables)).not.toContain(readFileSync(file, 'utf8').trim());
  });

  test('is reached with the same once IIS has the certificate of the site, and then shows that one', async () => {
    const started = await startExchange(files, 'wsman');
    const { variables } = started;
    try {
      const issued = authority.issue({
        commonName: 'mail',
        subjectAlternativeNames: files.names,
        ...validity,
      });
      SimulatedOrganization.open(files.organization).editServer(ENTRANCE, ({ certificates }) => {
        for (const own of certificates) own.services = [];
        certificates.push(certificateState(issued, { services: ['IIS'] }));
      });
      expect(await examine({}, variables)).toMatchObject({ ok: true });
      const unnamed = { ...variables, EXCHANGE_CERTIFICATE_NAMES: '' };
      expect(JSON.stringify(await examine({}, unnamed))).toContain('shows a certificate for other names');
    } finally {
      await started.close();
    }
  });

  describeWithKerberos('as Setup leaves it', () => {
    test('is reached over HTTP with what it prints, and again after a restart', async () => {
      const started = await startExchange(files, 'kerberos');
      setNativeEnvironment({ KRB5_CONFIG: started.variables['KRB5_CONFIG'] });
      try {
        expect(started.variables['EXCHANGE_ENDPOINT']).toMatch(/^http:/);
        expect(await examine({}, started.variables)).toMatchObject({ ok: true });
      } finally {
        await started.close();
      }
      const again = await restartExchange(files);
      try {
        expect(again.variables).toEqual(started.variables);
        expect(await examine({}, again.variables)).toMatchObject({ ok: true });
      } finally {
        await again.close();
        setNativeEnvironment({ KRB5_CONFIG: undefined });
      }
      const file = started.variables['EXCHANGE_PASSWORD_FILE'] ?? '';
      expect(statSync(file).mode & 0o077).toBe(0);
      expect(statSync(dirname(started.variables['KRB5_CONFIG'] ?? '')).mode & 0o077).toBe(0);
    });
  });
});

describe('what Kerberos lacks', () => {
  const none = { kind: 'missing', remedy: 'Install the programs.' } as const;
  const all = { kind: 'there', files: { krb5kdc: '', kdb5_util: '', 'kadmin.local': '' } } as const;
  const there = (): undefined => undefined;
  const notThere = (): string => 'Install the library.';

  test.each([
    ['linux', none, there, /^Install the programs/],
    ['linux', all, notThere, /^Install the library/],
    ['win32', all, there, /WSL/],
  ] as const)('on %s is named', (platform, programs, library, missing) => {
    expect(missingForKerberos(platform, programs, library)).toMatch(missing);
  });

  test('is nothing where all is there', () => {
    expect(missingForKerberos('darwin', all, there)).toBeUndefined();
  });

  describeWithKerberos('here', () => {
    test('is nothing', () => expect(missingForKerberos()).toBeUndefined());
  });
});

test.each([
  [[], 'process'],
  [['--over', 'process'], 'process'],
  [['--over=wsman'], 'wsman'],
  [['--over', 'kerberos'], 'kerberos'],
])('the arguments %j choose %s', (args, way) => {
  expect(wayFrom(args)).toBe(way);
});

test.each([
  [['--over', 'ssh'], '--over ssh is not process, wsman or kerberos'],
  [['wsman'], "Unexpected argument 'wsman'"],
  [['--over'], "'--over <value>' argument missing"],
  [['--other'], "Unknown option '--other'"],
])('the arguments %j are refused', (args, reason) => {
  expect(() => wayFrom(args)).toThrow(reason);
});
