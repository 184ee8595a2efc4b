import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeAuthority, makePfx } from '../../pki';
import { certificateProblems, readPfx } from '../../provider/pfx';
import { path } from '../../schema';

const readPfxOf = (path: string, password: string | null) => readPfx(path, password, {});
const folder = mkdtempSync(join(tmpdir(), 'pfx-'));
const file = join(folder, 'mail.pfx');
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-07-01T00:00:00Z') };
const authority = makeAuthority({ commonName: 'Contoso Root', ...validity });
const made = authority.issue({
  commonName: 'mail.contoso.com',
  subjectAlternativeNames: ['mail.contoso.com', '*.contoso.net'],
  ...validity,
});
const accepted_findings = { 'private-authority': 'its root is in the group policy' };
beforeAll(() => writeFileSync(file, makePfx(made, { password: 'canary', chain: [authority.certificate] })));
afterAll(() => rmSync(folder, { recursive: true }));

async function pfx() {
  const read = await readPfxOf(file, 'canary');
  if ('severity' in read) throw new Error(read.summary);
  return read;
}

test('a PFX is read, with what a plan shows of it', async () => {
  const { facts } = await pfx();
  expect(facts).toMatchObject({
    names: ['*.contoso.net', 'mail.contoso.com'],
    notAfter: '2026-07-01T00:00:00.000Z',
  });
  expect(facts.thumbprint).toMatch(/^[0-9A-F]{40}$/);
});

test.each([
  ['missing', join(folder, 'none.pfx'), 'canary', 'cannot be read'],
  ['with a wrong password', file, 'other', 'password of'],
  ['without the password', file, null, 'is missing'],
  ['with a variable that is set to nothing', file, '', 'is missing'],
])('a file %s is a diagnostic with the remedy', async (_case, path, password, summary) => {
  const read = await readPfxOf(path, password);
  expect(read).toMatchObject({ severity: 'error' });
  expect('summary' in read && read.summary).toContain(summary);
  expect(JSON.stringify(read)).not.toContain('canary');
});

test.each(['canary\n', ' canary'])('a password with white space around it says so: %p', async (password) => {
  const read = await readPfxOf(file, password);
  expect('detail' in read && read.detail).toContain('begins or ends with a space or a line break');
  expect(JSON.stringify(read)).not.toContain('canary');
});

test('a missing file is named in full, since the declaration and Terraform count from other folders', async () => {
  const read = await readPfxOf('no/such.pfx', null);
  expect('detail' in read && read.detail).toContain(resolve('no/such.pfx'));
});

test.each([
  ['is a folder', folder, 'is a directory'],
  ['has no end', '/dev/zero', 'is a device'],
])('a path that %s is named as that', async (_case, path, said) => {
  const read = await readPfxOf(path, null);
  expect('detail' in read && read.detail).toContain(`It ${said}`);
});

test('a file of more than a megabyte is named as that', async () => {
  const huge = join(folder, 'huge.pfx');
  writeFileSync(huge, new Uint8Array(1024 * 1024 + 1));
  const read = await readPfxOf(huge, null);
  expect('detail' in read && read.detail).toContain('It is larger than 1024 KB');
});

test('one file is opened once in a process, however many servers it is for', async () => {
  const slow = join(__dirname, '../pki/fixtures/slow-legacy.pfx');
  const read = await Promise.all(Array.from({ length: 50 }, () => readPfxOf(slow, 'open-sesame')));
  read.push(await readPfxOf(slow, 'open-sesame'));
  expect(new Set(read.map((each) => ('read' in each ? each.read.certificate : each))).size).toBe(1);
  // Another password is another question, and another content under the same name another file.
  expect(await readPfxOf(slow, 'other')).toMatchObject({ summary: `The password of '${slow}' is wrong` });
  const changing = join(folder, 'changing.pfx');
  copyFileSync(slow, changing);
  const before = await readPfxOf(changing, 'open-sesame');
  copyFileSync(file, changing);
  const after = await readPfxOf(changing, 'canary');
  if (!('facts' in before) || !('facts' in after)) throw new Error('not read');
  expect(after.facts.thumbprint).not.toBe(before.facts.thumbprint);
});

test.each(['too-many-mac', 'too-many-cipher'])(
  'too many iterations are no wrong password: %s',
  async (name) => {
    const slow = join(__dirname, `../pki/fixtures/${name}.pfx`);
    const read = await readPfxOf(slow, 'open-sesame');
    expect(read).toMatchObject({
      severity: 'error',
      summary: `'${slow}' takes too long to open`,
      detail:
        'The PFX hashes its password 1,000,001 times, and this program does so at most 1,000,000 times. Export the certificate again with fewer iterations, as OpenSSL does with -iter 100000.',
      path: path('pfx_file'),
    });
  },
);

test('a file with a key alone says what it lacks', async () => {
  const other = join(__dirname, '../pki/fixtures/keyonly.pfx');
  expect(await readPfxOf(other, 'open-sesame')).toMatchObject({
    severity: 'error',
    summary: `'${other}' has a private key but no certificate`,
  });
});

test('a file that is no PFX', async () => {
  const other = join(folder, 'text.pfx');
  writeFileSync(other, 'not a pfx');
  expect(await readPfxOf(other, null)).toMatchObject({ severity: 'error' });
});

const during = new Date('2026-03-01T00:00:00Z');
test.each([
  ['before it begins', new Date('2025-12-31T00:00:00Z'), {}, 'is not valid yet', 'error'],
  ['after it ended', new Date('2026-07-02T00:00:00Z'), {}, 'has expired', 'error'],
  ['shortly before its end', new Date('2026-06-20T00:00:00Z'), {}, 'ends in 11 days', 'warning'],
  [
    'with a name that it lacks',
    during,
    { required_names: ['mail.contoso.com', 'owa.contoso.com'] },
    'owa.contoso.com is not on the certificate',
    'error',
  ],
  [
    'with another thumbprint than declared',
    during,
    { expected_thumbprint: '0'.repeat(40) },
    'another certificate than declared',
    'error',
  ],
])('%s: %s', async (_case, now, config, summary, severity) => {
  const problems = certificateProblems(await pfx(), { accepted_findings, ...config }, [], now);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ severity });
  expect(problems[0]?.summary).toContain(summary);
});

test('names that it covers, a wildcard among them, are no problem', async () => {
  const config = { required_names: ['MAIL.contoso.com', 'autodiscover.contoso.net'] };
  expect(certificateProblems(await pfx(), { accepted_findings, ...config }, [], during)).toEqual([]);
});
