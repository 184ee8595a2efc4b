import { createHash, createHmac, randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { CertificateFacts } from '../exchange/resources';
import { certificateFacts } from '../exchange/resources/certificate-facts';
import { PFX_BYTES, readGuardedFile, UnfitFile } from '../files/guarded-file';
import { assess } from '../pki/assess';
import type { Finding } from '../pki/assess';
import type { Certificate } from '../pki/certificate';
import { PkiError } from '../pki/error';
import { Reference } from '../powershell/invocation';
import type { Diagnostic, KnownValues } from '../schema';
import { path } from '../schema';

/** The content of a PFX file, read when the step that needs it runs, and only if it is the certificate planned. */
export class PfxContent extends Reference {
  constructor(
    readonly file: string,
    readonly thumbprint: string | null,
  ) {
    super(`content of ${file}`, 'PfxContent');
  }
}

export interface Pfx {
  readonly bytes: Uint8Array;
  readonly certificate: Certificate;
  readonly facts: CertificateFacts;
}

/** Reads a PFX with its private key; what is wrong with it as a diagnostic that names the remedy. */
export async function readPfx(file: string, password: string | null): Promise<Pfx | Diagnostic> {
  let bytes: Uint8Array;
  try {
    bytes = readGuardedFile(file, { mostBytes: PFX_BYTES, owned: true });
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error;
    return problem(
      'pfx_file',
      `The PFX file '${file}' cannot be read`,
      `It ${error.why} (in full: ${resolve(file)}). To name another one, correct certificate.pfxFile in the declaration, which counts from the project's folder; in Terraform's own files it counts from the folder that Terraform runs in.`,
    );
  }
  try {
    const certificate = await certificateIn(bytes, password ?? '');
    return {
      bytes,
      certificate,
      facts: certificateFacts(certificate),
    };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return pkiDiagnostic(file, error, password);
  }
}

/**
 * The certificates that were read in this process: a site has one PFX and many servers, and its password is hashed often
 * by intent. The index is a digest under a key that nobody else has: it tells nothing of file or password.
 */
const read = new Map<string, Promise<Certificate>>();
const INDEX_KEY = randomBytes(32);
const MOST_READ = 100;

function certificateIn(bytes: Uint8Array, password: string): Promise<Certificate> {
  const content = createHash('sha256').update(bytes).digest();
  const index = createHmac('sha256', INDEX_KEY).update(content).update(password).digest('base64');
  const known = read.get(index);
  if (known !== undefined) return known;
  if (read.size >= MOST_READ) read.clear();
  const reading = openLeaf(bytes, password);
  read.set(index, reading);
  return reading;
}

async function openLeaf(bytes: Uint8Array, password: string): Promise<Certificate> {
  // Loaded here: the provider starts several times for each plan, and few of its runs read a PFX.
  const { openPfx } = await import('../pki/pfx');
  return (await openPfx(bytes, password)).leaf;
}

function pkiDiagnostic(file: string, error: PkiError, password: string | null): Diagnostic {
  switch (error.problem) {
    case 'wrong-password':
      return problem(
        'pfx_password',
        `The password of '${file}' is ${password ? 'wrong' : 'missing'}`,
        `${passwordHint(password)}Give it in TF_VAR_pfx_password, the variable of a site's stack, for plans and deploys alike.`,
      );
    case 'no-private-key':
      return problem(
        'pfx_file',
        `'${file}' has no private key`,
        'Export the certificate again together with its private key; Exchange cannot use a certificate without it.',
      );
    case 'no-certificate':
      return problem(
        'pfx_file',
        `'${file}' has a private key but no certificate`,
        'Export the certificate again together with its private key.',
      );
    case 'key-mismatch':
      return problem(
        'pfx_file',
        `The private key in '${file}' belongs to another certificate`,
        'Export the certificate again together with its own private key.',
      );
    case 'too-many-iterations':
      return problem(
        'pfx_file',
        `'${file}' takes too long to open`,
        `${capitalised(error.message)}. Export the certificate again with fewer iterations, as OpenSSL does with -iter 100000.`,
      );
    case 'not-a-certificate':
    case 'not-a-pfx':
    case 'unsupported':
      return problem(
        'pfx_file',
        `'${file}' is not a PFX that can be read`,
        `${error.message}. Export the certificate again as PKCS #12 (.pfx).`,
      );
  }
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** What is often wrong with a password, without a word of it. */
function passwordHint(password: string | null): string {
  if (password === '') return 'It is set to an empty text, as where a pipeline has no such secret. ';
  return password !== null && /^\s|\s$/.test(password)
    ? 'It begins or ends with a space or a line break, which counts. '
    : '';
}

/** What is wrong with a certificate for the declared use, at the given time. */
export function certificateProblems(
  pfx: Pick<Pfx, 'certificate' | 'facts'>,
  config: KnownValues,
  file: string,
  now: Date,
): readonly Diagnostic[] {
  const { thumbprint } = pfx.facts;
  const expected = config['expected_thumbprint'];
  const other =
    typeof expected === 'string' && expected.toUpperCase() !== thumbprint
      ? [
          problem(
            'expected_thumbprint',
            `'${file}' holds another certificate than declared`,
            `It has thumbprint ${thumbprint}, declared is ${expected}. Correct the thumbprint of the certificate in the declaration, or put the right file there.`,
          ),
        ]
      : [];
  const findings = assess(pfx.certificate, {
    now,
    hosts: (config['required_names'] ?? []) as readonly string[],
    renewBeforeDays: (config['warn_before_expiry_days'] ?? 30) as number,
  });
  return [...other, ...findings.map((finding) => described(finding, file))];
}

function described(finding: Finding, file: string): Diagnostic {
  switch (finding.kind) {
    case 'expired':
      return problem(
        'pfx_file',
        `The certificate in '${file}' has expired`,
        `It ended on ${finding.notAfter.toISOString()}. Get a new one and put its PFX there.`,
      );
    case 'not-yet-valid':
      return problem(
        'pfx_file',
        `The certificate in '${file}' is not valid yet`,
        `It begins on ${finding.notBefore.toISOString()}. Wait until then, or check the clock of this machine.`,
      );
    case 'expires-soon':
      return {
        ...problem(
          'pfx_file',
          `The certificate in '${file}' ends in ${finding.daysLeft} days`,
          `On ${finding.notAfter.toISOString()}. Get its successor now.`,
        ),
        severity: 'warning',
      };
    case 'names-missing':
      return problem(
        'required_names',
        `${finding.missing.join(', ')} ${finding.missing.length === 1 ? 'is' : 'are'} not on the certificate in '${file}'`,
        `It has ${finding.has.join(', ')}. Clients would see a certificate error: get a certificate with these subject alternative names, or correct namespaces or certificate.names in the declaration.`,
      );
  }
}

function problem(attribute: string, summary: string, detail: string): Diagnostic {
  return { severity: 'error', summary, detail, path: path(attribute) };
}
