import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tlsServerEndPoint } from '../../kerberos';

describe('the binding of a TLS connection', () => {
  const folder = mkdtempSync(join(tmpdir(), 'binding-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function certificate(...how: readonly string[]): Buffer {
    const file = join(folder, 'certificate.pem');
    const args = ['req', '-x509', '-nodes', '-subj', '/CN=mail.test', '-keyout', join(folder, 'key.pem')];
    execFileSync('openssl', [...args, '-out', file, ...how], { stdio: ['ignore', 'ignore', 'pipe'] });
    return new X509Certificate(readFileSync(file)).raw;
  }

  const RSA = ['-newkey', 'rsa:2048'];
  const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const PSS = [...RSA, '-sigopt', 'rsa_padding_mode:pss'];

  test.each([
    ['RSA, SHA-1', [...RSA, '-sha1'], 'sha256'],
    ['RSA, SHA-256', [...RSA, '-sha256'], 'sha256'],
    ['RSA, SHA-384', [...RSA, '-sha384'], 'sha384'],
    ['RSA, SHA-512', [...RSA, '-sha512'], 'sha512'],
    ['ECDSA, SHA-1', [...EC, '-sha1'], 'sha256'],
    ['ECDSA, SHA-384', [...EC, '-sha384'], 'sha384'],
    ['RSA-PSS, SHA-1', [...PSS, '-sha1'], 'sha256'],
    ['RSA-PSS, SHA-256', [...PSS, '-sha256'], 'sha256'],
    ['RSA-PSS, SHA-512', [...PSS, '-sha512'], 'sha512'],
  ])('of a certificate signed by %s', (_name, how, hash) => {
    const der = certificate(...how);
    const digest = createHash(hash).update(der).digest();
    expect(tlsServerEndPoint(der)).toEqual(Buffer.concat([Buffer.from('tls-server-end-point:'), digest]));
  });

  test('of one signed by Ed25519 there is none', () => {
    expect(tlsServerEndPoint(certificate('-newkey', 'ed25519'))).toBeUndefined();
  });
});
