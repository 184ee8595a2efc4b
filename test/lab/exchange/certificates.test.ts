import { makeAuthority, makePfx, makeSelfSigned, parseCertificate, parsePfx } from '../../../pki';
import { SecureText } from '../../../powershell/invocation';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { call, only, plain, removeFolders, twoServers } from './session';

afterAll(removeFolders);

const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2046-01-01') };
const authority = makeAuthority({ commonName: 'Authority', ...validity });
const names = ['webmail.andersonpatricio.info', 'autodiscover.andersonpatricio.info'];
const issued = authority.issue({ commonName: names[0]!, subjectAlternativeNames: names, ...validity });
const password = new SecureText('open-sesame', 'the PFX password');
const pfx = makePfx(issued, { password: 'open-sesame', chain: [authority.certificate] });
const { thumbprint } = issued.certificate;

let lab: SimulatedOrganization;
beforeEach(() => {
  lab = twoServers();
  // What a call left behind is read at once and whole.
  lab.setOptions({ certificateForm: 'properties' });
});

const importInto = (server: string, more = {}) =>
  call(lab, 'Import-ExchangeCertificate', { Server: server, FileData: pfx, Password: password, ...more });
const enable = (services: string | string[], more = {}) =>
  call(lab, 'Enable-ExchangeCertificate', {
    Server: 'BSAEX02',
    Thumbprint: thumbprint,
    Services: services,
    ...more,
  });
const remove = (target: string, more = {}) =>
  call(lab, 'Remove-ExchangeCertificate', { Server: 'BSAEX02', Thumbprint: target, Confirm: false, ...more });

async function services(): Promise<{ [subject: string]: unknown }> {
  const { objects } = await call(lab, 'Get-ExchangeCertificate', { Server: 'BSAEX02' });
  return Object.fromEntries(
    objects.map(({ properties }): [string, unknown] => [
      properties['Subject'] as string,
      plain(properties['Services']!),
    ]),
  );
}

function stateOf(subject: string) {
  const found = lab
    .read()
    .servers.get('BSAEX02')!
    .certificates.find(({ der }) => parseCertificate(Buffer.from(der, 'base64')).commonName === subject);
  if (found === undefined) throw new Error(`no certificate of ${subject}`);
  return found;
}

test('Setup leaves a self-signed certificate with every service, one for management, and the Auth certificate', async () => {
  expect(await services()).toEqual({
    'CN=BSAEX02': 'IMAP, POP, IIS, SMTP',
    'CN=WMSvc-SHA2-BSAEX02': 'None',
    'CN=Microsoft Exchange Server Auth Certificate': 'SMTP',
  });
  const auth = await call(lab, 'Get-AuthConfig');
  expect(only(auth, 'CurrentCertificateThumbprint')).toBe(
    stateOf('Microsoft Exchange Server Auth Certificate').thumbprint,
  );
});

describe('importing', () => {
  test('gives the certificate back, without services, its key not exportable', async () => {
    const imported = await importInto('BSAEX02');
    expect(only(imported, 'Thumbprint')).toBe(thumbprint);
    expect(only(imported, 'Services')).toBe('None');
    expect(only(imported, 'PrivateKeyExportable')).toBe(false);
    expect(only(imported, 'CertificateDomains')).toEqual(names);
  });

  test('fails where it is there already, and where the password is wrong', async () => {
    await importInto('BSAEX02');
    expect((await importInto('BSAEX02')).failed).toContain('InvalidOperationException');
    const wrong = await importInto('BSAEX01', { Password: new SecureText('wrong', 'x') });
    expect(wrong.failed).toMatch(/InvalidOperationException\].*ImportExchangeCertificate$/);
  });
});

describe('enabling', () => {
  beforeEach(() => importInto('BSAEX02'));

  test('gives services and takes them from the other certificate; never takes one away', async () => {
    await enable(['IIS', 'POP']);
    await enable('IMAP');
    expect(await services()).toMatchObject({
      [`CN=${names[0]}`]: 'IMAP, POP, IIS',
      'CN=BSAEX02': 'SMTP',
    });
  });

  test('takes services as a text too', async () => {
    await enable('iis, pop');
    expect(await services()).toMatchObject({ [`CN=${names[0]}`]: 'POP, IIS' });
  });

  test('asks before SMTP changes its default certificate, unless forced', async () => {
    const asked = await enable('SMTP', { Confirm: false });
    expect(asked.failed).toMatch(/^HostFunctionNotImplemented,/);
    expect(stateOf('BSAEX02').internalTransport).toBe(true);
    await enable('SMTP', { Force: true });
    expect(stateOf('BSAEX02').internalTransport).toBe(false);
    expect(await services()).toMatchObject({
      [`CN=${names[0]}`]: 'SMTP',
      'CN=BSAEX02': 'IMAP, POP, IIS, SMTP',
    });
  });

  test('fails for a certificate that is not there, or has expired', async () => {
    const unknown = await enable('IIS', { Thumbprint: '00' });
    expect(unknown.failed).toContain('InvalidOperationException');
    const old = makeSelfSigned({
      commonName: 'old',
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2021-01-01'),
    });
    const data = makePfx(old, { password: 'open-sesame' });
    await importInto('BSAEX02', { FileData: data });
    const expired = await enable('IIS', { Thumbprint: old.certificate.thumbprint });
    expect(expired.message).toContain('DateInvalid');
  });

  test('leaves POP and IMAP alone where the certificate is for a wildcard', async () => {
    const wildcard = authority.issue({
      commonName: '*.contoso.com',
      subjectAlternativeNames: ['*.contoso.com'],
      ...validity,
    });
    await importInto('BSAEX02', { FileData: makePfx(wildcard, { password: 'open-sesame' }) });
    const result = await enable(['IIS', 'POP'], { Thumbprint: wildcard.certificate.thumbprint });
    expect(result.warnings).toHaveLength(1);
    expect(await services()).toMatchObject({ 'CN=*.contoso.com': 'IIS' });
  });
});

describe('removing', () => {
  test('asks unless Confirm is sent false', async () => {
    await importInto('BSAEX02');
    expect((await remove(thumbprint, { Confirm: true })).failed).toMatch(/^HostFunctionNotImplemented,/);
    expect((await remove(thumbprint)).failed).toBeUndefined();
    expect(Object.keys(await services())).not.toContain(`CN=${names[0]}`);
  });

  test.each(['BSAEX02', 'Microsoft Exchange Server Auth Certificate'])(
    'refuses %s, which is in use',
    async (subject) => {
      const { failed } = await remove(stateOf(subject).thumbprint);
      expect(failed).toContain('InvalidOperationException');
      expect(stateOf(subject)).toBeDefined();
    },
  );

  test('refuses one that serves IIS', async () => {
    await importInto('BSAEX02');
    await enable('IIS');
    expect((await remove(thumbprint)).message).toContain('IIS');
  });

  test('refuses one that a connector names by issuer and subject', async () => {
    await importInto('BSAEX02');
    const identity = 'BSAEX02\\Default Frontend BSAEX02';
    await call(lab, 'Set-ReceiveConnector', {
      Identity: identity,
      TlsCertificateName: `<I>CN=Authority<S>CN=${names[0]}`,
    });
    expect((await remove(thumbprint)).message).toContain('Default Frontend BSAEX02');
  });
});

describe('exporting', () => {
  test('gives a PFX that opens with the password, where the key may leave the server', async () => {
    await importInto('BSAEX01', { PrivateKeyExportable: true });
    const result = await call(lab, 'Export-ExchangeCertificate', {
      Thumbprint: thumbprint,
      BinaryEncoded: true,
      Password: new SecureText('other', 'x'),
    });
    const opened = parsePfx(only(result, 'FileData') as Uint8Array, 'other');
    expect(opened.leaf.thumbprint).toBe(thumbprint);
  });

  test('fails where it may not', async () => {
    await importInto('BSAEX01');
    const { failed } = await call(lab, 'Export-ExchangeCertificate', {
      Thumbprint: thumbprint,
      Password: password,
    });
    expect(failed).toContain('InvalidOperationException');
  });
});

test('a new self-signed certificate becomes the one of internal transport, which cannot be removed', async () => {
  const made = await call(lab, 'New-ExchangeCertificate', { Server: 'BSAEX02', Force: true });
  expect(only(made, 'Subject')).toBe('CN=BSAEX02');
  const internal = lab
    .read()
    .servers.get('BSAEX02')!
    .certificates.filter((one) => one.internalTransport);
  expect(internal.map((one) => one.thumbprint)).toEqual([only(made, 'Thumbprint')]);
  expect((await remove(only(made, 'Thumbprint') as string)).message).toContain(
    'internal transport certificate',
  );
});

describe('Get-ExchangeCertificate', () => {
  test.each([
    ['serialized', ['RawData', 'SerializationData']],
    ['signed', ['RawData', 'SerializationData']],
    ['raw', ['RawData']],
  ] as const)('gives only bytes in the form %s', async (certificateForm, properties) => {
    lab.setOptions({ certificateForm });
    const { objects } = await call(lab, 'Get-ExchangeCertificate', {});
    expect(objects).toHaveLength(3);
    for (const object of objects) {
      expect(Object.keys(object.properties)).toEqual(properties);
      expect(parseCertificate(object.properties['RawData'] as Uint8Array).thumbprint).toHaveLength(40);
      expect(object.text).toMatch(/^\[Subject\]\r\n {2}CN=/);
    }
  });

  test('asks another server by Server or Identity, and fails where it is down', async () => {
    const own = stateOf('BSAEX02').thumbprint;
    const byIdentity = await call(lab, 'Get-ExchangeCertificate', { Identity: `BSAEX02\\${own}` });
    expect(only(byIdentity, 'Subject')).toBe('CN=BSAEX02');
    lab.stopServer('BSAEX02');
    expect((await call(lab, 'Get-ExchangeCertificate', { Server: 'BSAEX02' })).failed).toBeDefined();
  });

  test('finds those with all the wanted names', async () => {
    await importInto('BSAEX01');
    const found = await call(lab, 'Get-ExchangeCertificate', {
      DomainName: ['WEBMAIL.andersonpatricio.info'],
    });
    expect(only(found, 'Thumbprint')).toBe(thumbprint);
  });
});
