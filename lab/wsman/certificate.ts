import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthority, toPem } from '../../pki';

export interface EndpointCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** The PEM file of the certification authority that clients must trust. */
  readonly caFile: string;
}

const DAY_MS = 86_400_000;

/**
 * The certificate of the lab's endpoint, with a certification authority of its own. It is made in the folder when it is
 * first needed, and kept from then on, with the names of then.
 */
export function endpointCertificate(folder: string, names: readonly string[]): EndpointCertificate {
  const caFile = join(folder, 'wsman-ca.pem');
  const certFile = join(folder, 'wsman-cert.pem');
  const keyFile = join(folder, 'wsman-key.pem');
  if (!existsSync(keyFile)) {
    const now = Date.now();
    const validity = { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + 365 * DAY_MS) };
    const authority = makeAuthority({ commonName: 'Lab authority', ...validity });
    const issued = authority.issue({
      commonName: names[0] ?? 'localhost',
      subjectAlternativeNames: names,
      ...validity,
    });
    writeFileSync(caFile, toPem(authority.certificate));
    writeFileSync(certFile, toPem(issued.certificate));
    writeFileSync(keyFile, issued.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), caFile };
}
