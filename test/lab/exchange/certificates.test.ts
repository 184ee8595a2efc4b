import { makeAuthority, makePfx, makeSelfSigned, parseCertificate, parsePfx } from '../../../pki';
import { ExchangeVersion } from '../../../exchange/versions';
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

  test('gives IIS, sets POP and IMAP to its name, and shows SMTP besides; never takes SMTP away', async () => {
    await enable(['IIS', 'POP']);
    await enable('IMAP');
    expect(await services()).toMatchObject({
      [`CN=${names[0]}`]: 'IMAP, POP, IIS, SMTP',
      'CN=BSAEX02': 'SMTP',
    });
    const settings = await call(lab, 'Get-PopSettings', { Server: 'BSAEX02' });
    expect(only(settings, 'X509CertificateName')).toBe(names[0]);
  });

  test('POP and IMAP are listed on every certificate that has the name they are set to', async () => {
    await enable(['POP', 'IMAP']);
    const renewed = authority.issue({ commonName: names[0]!, subjectAlternativeNames: names, ...validity });
    const imported = await importInto('BSAEX02', { FileData: makePfx(renewed, { password: 'open-sesame' }) });
    expect(only(imported, 'Services')).toBe('IMAP, POP');
    await call(lab, 'Set-PopSettings', { Server: 'BSAEX02', X509CertificateName: 'BSAEX02' });
    expect(await services()).toMatchObject({
      [`CN=${names[0]}`]: expect.not.stringContaining('POP') as unknown,
    });
    expect(await services()).toMatchObject({ 'CN=BSAEX02': 'POP, IIS, SMTP' });
  });

  test('of two certificates IIS goes to the later one, POP by the name in its settings, and SMTP stays with both', async () => {
    const smtp = 'smtp.andersonpatricio.info';
    const second = authority.issue({ commonName: smtp, subjectAlternativeNames: [smtp], ...validity });
    await call(lab, 'Import-ExchangeCertificate', {
      Server: 'BSAEX02',
      FileData: makePfx(second, { password: 'open-sesame' }),
      Password: password,
    });
    const other = { Thumbprint: second.certificate.thumbprint };
    await enable(['IIS', 'SMTP', 'POP'], { DoNotRequireSsl: true, Force: true });
    await enable(['SMTP', 'POP'], { ...other, Force: true });
    expect(await services()).toMatchObject({
      [`CN=${names[0]!}`]: 'IIS, SMTP',
      [`CN=${smtp}`]: 'POP, SMTP',
    });
    await enable('IIS', { ...other, DoNotRequireSsl: true });
    expect(await services()).toMatchObject({
      [`CN=${names[0]!}`]: 'SMTP',
      [`CN=${smtp}`]: 'POP, IIS, SMTP',
    });
    await enable(['POP', 'IIS'], { DoNotRequireSsl: true });
    expect(await services()).toMatchObject({
      [`CN=${names[0]!}`]: 'POP, IIS, SMTP',
      [`CN=${smtp}`]: 'SMTP',
    });
  });

  test('takes services as a text too', async () => {
    await enable('iis, pop');
    expect(await services()).toMatchObject({ [`CN=${names[0]}`]: 'POP, IIS, SMTP' });
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

  test('refuses the internal transport certificate, with the way out', async () => {
    const { failed, message } = await remove(stateOf('BSAEX02').thumbprint);
    expect(failed).toContain('InvalidOperationException');
    expect(message).toMatch(
      /^A special Rpc error occurs on server BSAEX02: The internal transport certificate cannot be removed /,
    );
    expect(stateOf('BSAEX02')).toBeDefined();
  });

  test('does not refuse the Auth certificate, nor one that IIS, POP, IMAP or a Receive connector use', async () => {
    await importInto('BSAEX02');
    await enable(['IIS', 'POP', 'IMAP']);
    await call(lab, 'Set-ReceiveConnector', {
      Identity: 'BSAEX02\\Default Frontend BSAEX02',
      TlsCertificateName: `<I>CN=Authority<S>CN=${names[0]}`,
    });
    for (const target of [thumbprint, stateOf('Microsoft Exchange Server Auth Certificate').thumbprint]) {
      expect((await remove(target)).failed).toBeUndefined();
    }
    expect(Object.keys(await services())).toEqual(['CN=BSAEX02', 'CN=WMSvc-SHA2-BSAEX02']);
  });

  test.each(['UM', 'Federation'])('refuses one that %s uses', async (service) => {
    await importInto('BSAEX02');
    lab.editServer('BSAEX02', ({ certificates }) => certificates.at(-1)?.services.push(service));
    expect((await remove(thumbprint)).message).toContain(service);
  });

  test('refuses one whose issuer and subject a Send connector names, even where another one has the same', async () => {
    await importInto('BSAEX02');
    const renewed = authority.issue({ commonName: names[0]!, subjectAlternativeNames: names, ...validity });
    await importInto('BSAEX02', { FileData: makePfx(renewed, { password: 'open-sesame' }) });
    lab.addSendConnector('To Office 365', { TlsCertificateName: `<I>CN=Authority<S>CN=${names[0]}` });
    const shown = await call(lab, 'Get-SendConnector');
    expect(only(shown, 'TlsCertificateName')).toBe(`<I>CN=Authority<S>CN=${names[0]}`);
    for (const target of [thumbprint, renewed.certificate.thumbprint]) {
      expect((await remove(target)).message).toContain('Send Connectors : To Office 365');
    }
    await call(lab, 'Set-SendConnector', { Identity: 'To Office 365', TlsCertificateName: null });
    expect((await remove(thumbprint)).failed).toBeUndefined();
  });
});

test.each(['Get-TransportService', 'Get-TransportServer'])(
  '%s shows the internal transport certificate of each server',
  async (cmdlet) => {
    const { objects } = await call(lab, cmdlet);
    expect(
      objects.map(({ properties }) => [
        properties['Name'],
        properties['InternalTransportCertificateThumbprint'],
      ]),
    ).toEqual(
      ['BSAEX01', 'BSAEX02'].map((name) => [
        name,
        lab
          .read()
          .servers.get(name)
          ?.certificates.find(({ internalTransport }) => internalTransport)?.thumbprint,
      ]),
    );
  },
);

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

test('certificates of Exchange 2007 are reached by a session on the server itself, and by no other', async () => {
  lab.addServer({ name: 'OLD1', fqdn: 'old1.apatricio.local', version: ExchangeVersion.V2007 });
  const elsewhere = await call(lab, 'Get-ExchangeCertificate', { Server: 'OLD1' });
  expect(elsewhere.objects).toEqual([]);
  expect(elsewhere.failed).toContain('InvalidOperationException');
  expect((await importInto('OLD1')).failed).toContain('InvalidOperationException');
  const there = await call(lab, 'Get-ExchangeCertificate', {}, 'OLD1');
  expect(there.objects.length).toBeGreaterThan(0);
});
