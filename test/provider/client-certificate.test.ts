import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { clientCertificate } from '../../provider/client-certificate';

const fixture = (name: string) => join(__dirname, `../pki/fixtures/${name}.pfx`);

test('the client certificate in a PFX as Windows exports it is of use, though OpenSSL does not open it', async () => {
  const file = fixture('legacy');
  expect(() => createSecureContext({ pfx: readFileSync(file), passphrase: 'open-sesame' })).toThrow();
  const { certificates, key } = await clientCertificate(file, 'open-sesame');
  expect(() => createSecureContext({ cert: certificates, key: key.reveal() })).not.toThrow();
  expect(certificates.match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(2);
  expect(new X509Certificate(certificates).subject).toContain('CN=');
});

test('one with the name of a provider, under RC2 with 40 bits, is of use too', async () => {
  const file = fixture('client-rc2-3des');
  expect(() => createSecureContext({ pfx: readFileSync(file), passphrase: 'Sesame-1' })).toThrow();
  const { certificates, key } = await clientCertificate(file, 'Sesame-1');
  expect(() => createSecureContext({ cert: certificates, key: key.reveal() })).not.toThrow();
  expect(new X509Certificate(certificates).subject).toBe('CN=deploy@contoso.com');
});

test.each([
  ['with too many iterations', fixture('too-many-mac'), 'hashes its password 1,000,001 times'],
  ['with a wrong passphrase', fixture('aes'), 'does not open the PFX): check its passphrase'],
  [
    'exported to groups or users',
    fixture('protected-to-principals'),
    'Export the certificate again and choose',
  ],
  ['that is not there', fixture('none'), 'cannot be read (ENOENT'],
  ['that is no PFX', __filename, 'not a PKCS #12 file'],
])('a client certificate %s is a mistake in the settings that says so', async (_, file, said) => {
  const refusal = clientCertificate(file, 'wrong');
  await expect(refusal).rejects.toMatchObject({ kind: 'usage', facts: { file } });
  await expect(refusal).rejects.toThrow(said);
});
