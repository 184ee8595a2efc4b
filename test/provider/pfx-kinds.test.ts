import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExchangeVersion } from '../../exchange/versions';
import { makeAuthority, makePfx, type KeyedCertificate, type PfxChoice } from '../../pki';
import { certificateProblems, readPfx } from '../../provider/pfx';
import type { KnownValues } from '../../schema';
import { path } from '../../schema';

const folder = mkdtempSync(join(tmpdir(), 'pfx-kinds-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PASSWORD = 'canary';
const fixture = (name: string) => readFileSync(join(__dirname, '../pki/fixtures', name));
const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2028-01-01') };
const during = new Date('2027-06-01');
const authority = makeAuthority({ commonName: 'Contoso Root', ...validity });
const names = ['mail.contoso.com', 'autodiscover.contoso.com'];
const mail = authority.issue({
  commonName: 'mail.contoso.com',
  subjectAlternativeNames: names,
  ...validity,
});
const tomcat = authority.issue({ commonName: 'tomcat.contoso.com', ...validity });
const accepted_findings = { 'private-authority': 'its root is in the group policy' };

function written(name: string, data: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, data, { mode: 0o600 });
  return file;
}

const made = (keyed: KeyedCertificate | readonly KeyedCertificate[], options = {}) =>
  makePfx(keyed, { password: PASSWORD, iterations: 1, ...options });

async function refusal(file: string, password: string | null = PASSWORD, choice: PfxChoice = { names }) {
  const read = await readPfx(file, password, choice);
  if (!('severity' in read)) throw new Error('it was read');
  expect(JSON.stringify(read)).not.toContain(PASSWORD);
  return read;
}

async function problems(
  file: string,
  config: KnownValues = {},
  version = ExchangeVersion.V2013,
  password = PASSWORD,
) {
  const read = await readPfx(file, password, { names });
  if ('severity' in read) throw new Error(read.summary);
  const values = { required_names: names, services: ['IIS'], accepted_findings, ...config };
  return certificateProblems(read, values, [version], during);
}

describe('a file that cannot be used says why, and what to do', () => {
  test.each([
    ['bare', (base64: string) => base64],
    ['armoured', (base64: string) => `-----BEGIN PKCS12-----\n${base64}\n-----END PKCS12-----\n`],
  ])('a PFX as text, %s', async (_form, spelled) => {
    const base64 = Buffer.from(made(mail)).toString('base64');
    const file = written('text.pfx', Buffer.from(spelled(base64)));
    const { summary, detail, path: at } = await refusal(file);
    expect(summary).toBe(`'${file}' is a PFX as text`);
    expect(detail).toContain('certutil -decode <file> <new file>');
    expect(at).toEqual(path('pfx_file'));
  });

  test('one that Windows exported to groups or users', async () => {
    const file = written('principals.pfx', fixture('protected-to-principals.pfx'));
    for (const password of [null, 'open-sesame']) {
      const { summary, detail } = await refusal(file, password);
      expect(summary).toBe(`'${file}' was exported to groups or users`);
      expect(detail).toContain('choose "Password"');
    }
  });

  test('a password that is not needed', async () => {
    const file = written('null.pfx', fixture('null-password.pfx'));
    const { summary, path: at } = await refusal(file);
    expect(summary).toBe(`'${file}' has no password, and one is given`);
    expect(at).toEqual(path('pfx_password'));
  });

  test('the keys of two certificates of which neither has the names', async () => {
    const file = written('two.pfx', made([tomcat, mail]));
    const { summary, detail } = await refusal(file, PASSWORD, { names: ['owa.contoso.com'] });
    expect(summary).toBe(`'${file}' holds the keys of several certificates`);
    for (const { certificate } of [tomcat, mail]) expect(detail).toContain(certificate.thumbprint);
    expect(detail).toContain('certificate.thumbprint');
  });

  test('another kind of file', async () => {
    const file = written('mail.cer', mail.certificate.der);
    const { summary, detail } = await refusal(file);
    expect(summary).toBe(`'${file}' is not a PFX that can be read`);
    expect(detail).toBe(
      'The file holds certificates without a private key (.cer, .p7b). Export the certificate with its private key on the machine where its request was created.',
    );
  });
});

test('a file without a password is read without one, in the form of .NET too', async () => {
  for (const password of [null, '']) {
    const read = await readPfx(written('null.pfx', fixture('null-password.pfx')), password, { names });
    expect(read).toMatchObject({ facts: { thumbprint: '0938D9E01EF0E6069C3C9594A7CB70999695DEEC' } });
  }
});

test('of two keys that is taken whose certificate has the names, and the other one is named', async () => {
  const file = written('two.pfx', made([tomcat, mail]));
  expect(await readPfx(file, PASSWORD, { names })).toMatchObject({
    facts: { thumbprint: mail.certificate.thumbprint },
  });
  expect(await problems(file)).toMatchObject([
    { severity: 'warning', summary: expect.stringContaining(tomcat.certificate.thumbprint) as string },
  ]);
  const { thumbprint } = tomcat.certificate;
  expect(await readPfx(file, PASSWORD, { names, thumbprint })).toMatchObject({ facts: { thumbprint } });
});

describe('a certificate is judged', () => {
  test('and nothing is said of one that is right', async () => {
    expect(await problems(written('right.pfx', made(mail)))).toEqual([]);
  });

  test.each<[string, Uint8Array, ExchangeVersion, string, string, string]>([
    [
      'twice in its file',
      made(mail, { chain: [mail.certificate, authority.certificate] }),
      ExchangeVersion.V2013,
      PASSWORD,
      'warning',
      'holds the certificate of the servers twice',
    ],
    [
      'with a key for CNG',
      made(mail, { keyProvider: 'Microsoft Software Key Storage Provider' }),
      ExchangeVersion.V2013,
      PASSWORD,
      'warning',
      `is marked for 'Microsoft Software Key Storage Provider'`,
    ],
    [
      'on a curve for 2013',
      fixture('ec.pfx'),
      ExchangeVersion.V2013,
      'open-sesame',
      'error',
      'elliptic curve',
    ],
    [
      'on a curve for 2019',
      fixture('ec.pfx'),
      ExchangeVersion.V2019,
      'open-sesame',
      'warning',
      'elliptic curve',
    ],
  ])('%s', async (_what, data, version, password, severity, summary) => {
    const [found, ...more] = await problems(written('judged.pfx', data), {}, version, password);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ severity, path: path('pfx_file') });
    expect(found?.summary).toContain(summary);
  });

  test('without those above it, from which nobody can tell whether its authority is private', async () => {
    const [found, ...more] = await problems(written('alone.pfx', made(mail, { chain: [] })));
    expect(found).toMatchObject({ severity: 'warning', path: path('pfx_file') });
    expect(found?.summary).toContain('The issuer of the certificate, CN=Contoso Root, is not in');
    expect(more).toEqual([]);
  });

  test('and an acceptance of what is not found is said', async () => {
    const accepted = { 'private-authority': 'known', 'self-signed': 'of another file' };
    const [unneeded, ...more] = await problems(written('unneeded.pfx', made(mail)), {
      accepted_findings: accepted,
    });
    expect(unneeded).toMatchObject({ severity: 'warning', path: path('accepted_findings') });
    expect(unneeded?.summary).toContain(`certificate.accepted has 'self-signed'`);
    expect(more).toEqual([]);
  });

  test('and what is said is taken out by the word in it', async () => {
    const file = written('private.pfx', made(mail));
    const [found] = await problems(file, { accepted_findings: {} });
    expect(found?.summary).toContain('Clients must trust CN=Contoso Root');
    expect(found?.detail).toContain(`certificate.accepted: { 'private-authority': '<reason>' }`);
  });
});
