import { makePfx, makeSelfSigned } from '../../../pki';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { SecureText } from '../../../powershell/invocation';
import type { ChoicePrompt, ClientHost } from '../../../remoting/server/command-host';
import { answering, call, removeFolders, twoServers } from './session';

afterAll(removeFolders);

const imported = makeSelfSigned({
  commonName: 'mail.contoso.com',
  notBefore: new Date('2026-01-01'),
  notAfter: new Date('2046-07-04T15:04:05Z'),
});
const { thumbprint } = imported.certificate;
const YES = 0;
const YES_TO_ALL = 1;
const NO = 2;
const NO_TO_ALL = 3;

let lab: SimulatedOrganization;
beforeEach(async () => {
  lab = twoServers();
  lab.setOptions({ certificateForm: 'properties' });
  const FileData = makePfx(imported, { password: 'open-sesame' });
  const Password = new SecureText('open-sesame', 'the PFX password');
  await call(lab, 'Import-ExchangeCertificate', { FileData, Password });
});

const certificates = () => lab.read().servers.get('BSAEX01')!.certificates;
const defaults = () => certificates().flatMap((one) => (one.internalTransport ? [one.thumbprint] : []));
const enable = (client?: ClientHost, more = {}) =>
  call(
    lab,
    'Enable-ExchangeCertificate',
    { Thumbprint: thumbprint, Services: ['IIS', 'SMTP'], ...more },
    'BSAEX01',
    client,
  );
/** Whatever form a session shows certificates in. */
const servicesOf = (wanted: string) => certificates().find((one) => one.thumbprint === wanted)?.services;

test('the default certificate for SMTP is asked about as Exchange does, in four choices', async () => {
  const asked: ChoicePrompt[] = [];
  const [before = ''] = defaults();
  await enable(answering(NO, asked), { Confirm: false });
  expect(asked).toHaveLength(1);
  const [prompt] = asked;
  expect(prompt).toMatchObject({ caption: 'Confirm', preset: 0 });
  expect(prompt?.choices.map(({ label }) => label)).toEqual(['&Yes', 'Yes to &All', '&No', 'No to A&ll']);
  expect(prompt?.message.split('\r\n')).toEqual([
    'Overwrite the existing default SMTP certificate?',
    '',
    expect.stringMatching(
      `^Current certificate: '${before}' \\(expires \\d+/\\d+/\\d{4} \\d+:\\d\\d:\\d\\d [AP]M\\)$`,
    ),
    `Replace it with certificate: '${thumbprint}' (expires 7/4/2046 3:04:05 PM)`,
  ]);
});

test.each([
  ['Yes', YES, true],
  ['Yes to All', YES_TO_ALL, true],
  ['No', NO, false],
  ['No to All', NO_TO_ALL, false],
])('on %s the services are given', async (_, choice, replaced) => {
  const before = defaults();
  expect((await enable(answering(choice))).failed).toBeUndefined();
  expect(servicesOf(thumbprint)).toEqual(['IIS', 'SMTP']);
  expect(defaults()).toEqual(replaced ? [thumbprint] : before);
  expect(lab.journal().at(-1)).toMatchObject({
    cmdlet: 'Enable-ExchangeCertificate',
    outcome: 'completed',
    answers: [{ question: expect.stringContaining(thumbprint) as string, yes: replaced }],
  });
});

describe('where the web site does not require TLS', () => {
  beforeEach(() => lab.editServer('BSAEX01', (server) => (server.requiresSsl = false)));
  const requiresSsl = () => lab.read().servers.get('BSAEX01')!.requiresSsl;

  test.each([
    ['Yes', YES, true],
    ['No', NO, false],
  ])('IIS is asked about, and %s is done', async (_, choice, required) => {
    const asked: ChoicePrompt[] = [];
    expect((await enable(answering(choice, asked), { Services: ['IIS'] })).failed).toBeUndefined();
    expect(asked.map(({ message }) => message)).toEqual([expect.stringContaining('root web site')]);
    expect(requiresSsl()).toBe(required);
    expect(servicesOf(thumbprint)).toEqual(['IIS']);
  });

  test('nothing is asked and nothing required where the call says so', async () => {
    expect((await enable(undefined, { Services: ['IIS'], DoNotRequireSsl: true })).failed).toBeUndefined();
    expect(requiresSsl()).toBe(false);
    expect(servicesOf(thumbprint)).toEqual(['IIS']);
  });
});

test('without anybody to answer nothing is given, and the cmdlet fails as a compiled one does', async () => {
  const before = certificates();
  expect(await enable()).toMatchObject({
    failed:
      'HostFunctionNotImplemented,Microsoft.Exchange.Management.SystemConfigurationTasks.EnableExchangeCertificate',
  });
  expect(certificates()).toEqual(before);
  expect(lab.journal().at(-1)).toMatchObject({ outcome: 'failed', applied: false });
});

test.each([
  ['it is forced', { Force: true }],
  ['SMTP is not among the services', { Services: ['IIS'] }],
  ['it only says what it would do', { WhatIf: true }],
])('nothing is asked where %s', async (_, more) => {
  const asked: ChoicePrompt[] = [];
  expect((await enable(answering(NO, asked), more)).failed).toBeUndefined();
  expect(asked).toEqual([]);
});

test('nothing is asked about a certificate that is the default one', async () => {
  const asked: ChoicePrompt[] = [];
  await enable(answering(YES, asked));
  await enable(answering(NO, asked));
  expect(asked).toHaveLength(1);
  expect(defaults()).toEqual([thumbprint]);
});

test.each([
  ['yes', YES],
  ['no', NO],
])('a new certificate is made with SMTP, and is the default one only on %s', async (_, choice) => {
  const asked: ChoicePrompt[] = [];
  const before = defaults();
  const known = certificates().map((one) => one.thumbprint);
  await call(lab, 'New-ExchangeCertificate', {}, 'BSAEX01', answering(choice, asked));
  const [made] = certificates().filter((one) => !known.includes(one.thumbprint));
  const { thumbprint = '' } = made ?? {};
  expect(made?.services).toEqual(['SMTP']);
  // What was asked about is what was made.
  expect(asked[0]?.message).toContain(`Replace it with certificate: '${thumbprint}'`);
  expect(defaults()).toEqual(choice === YES ? [thumbprint] : before);
});

test('a cmdlet that is declined as a whole does nothing', async () => {
  const remove = (choice: number) =>
    call(lab, 'Remove-ExchangeCertificate', { Thumbprint: thumbprint }, 'BSAEX01', answering(choice));
  expect(await remove(NO)).toEqual({ objects: [], warnings: [], errors: [], terminated: false });
  expect(certificates().map((one) => one.thumbprint)).toContain(thumbprint);
  expect(lab.journal().at(-1)).toMatchObject({ outcome: 'completed', applied: false });
  await remove(YES);
  expect(certificates().map((one) => one.thumbprint)).not.toContain(thumbprint);
});
