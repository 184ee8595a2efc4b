import { createHash, createHmac, randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { judgeCertificate } from '../exchange/certificate-checks';
import { certificatePlace, passwordVariable } from '../exchange/certificate-name';
import type { CertificateFinding, ReadCertificate } from '../exchange/certificate-checks';
import type { CertificateFacts } from '../exchange/resources';
import { certificateFacts } from '../exchange/resources/certificate-facts';
import type { ExchangeVersion } from '../exchange/versions';
import { PFX_BYTES, readGuardedFile, UnfitFile } from '../files/guarded-file';
import { PkiError } from '../pki/error';
import type { PfxChoice } from '../pki/pfx';
import type { Diagnostic, KnownValues } from '../schema';
import { path } from '../schema';

export interface Pfx {
  readonly bytes: Uint8Array;
  readonly read: ReadCertificate;
  readonly facts: CertificateFacts;
}

/**
 * Reads a PFX with its private key. Where something is wrong with it, returns a diagnostic with the remedy.
 *
 * @param choice of one certificate, where the file holds the keys of several
 * @param name that the declaration gives to the certificate; null where it gives none
 */
export async function readPfx(
  file: string,
  password: string | null,
  choice: PfxChoice,
  name: string | null = null,
): Promise<Pfx | Diagnostic> {
  let bytes: Uint8Array;
  try {
    bytes = readGuardedFile(file, { mostBytes: PFX_BYTES, owned: true });
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error;
    return problem(
      'pfx_file',
      `The PFX file '${file}' cannot be read`,
      `It ${error.why} (full path: ${resolve(file)}). To name another file, correct ${certificatePlace(name)}.pfxFile in the declaration, where a relative path starts at the project's folder. In Terraform's own files it starts at the folder in which Terraform runs.`,
    );
  }
  try {
    const content = await contentOf(bytes, password ?? '', choice);
    return {
      bytes,
      read: { file, ...content },
      facts: certificateFacts(content.certificate),
    };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return pkiDiagnostic(file, error, password, name);
  }
}

/** What stays in memory of a PFX: everything except its keys. */
type JudgedContent = Omit<ReadCertificate, 'file'>;

/**
 * PFX files that this process has read. A site has one PFX for many servers, and hashing its password is slow by
 * design. The key of this map is a digest with a secret that exists only in this process, so that it reveals neither
 * file nor password.
 */
const read = new Map<string, Promise<JudgedContent>>();
const INDEX_KEY = randomBytes(32);
const MOST_READ = 100;

function contentOf(bytes: Uint8Array, password: string, choice: PfxChoice): Promise<JudgedContent> {
  const content = createHash('sha256').update(bytes).digest();
  const question = JSON.stringify([password, choice]);
  const index = createHmac('sha256', INDEX_KEY).update(content).update(question).digest('base64');
  const known = read.get(index);
  if (known !== undefined) return known;
  if (read.size >= MOST_READ) read.clear();
  const reading = open(bytes, password, choice);
  read.set(index, reading);
  return reading;
}

async function open(bytes: Uint8Array, password: string, choice: PfxChoice): Promise<JudgedContent> {
  // Imported only here: Terraform starts the provider several times for each plan, and few of these processes read a
  // PFX.
  const { openPfx } = await import('../pki/pfx');
  const { leaf, chain, copies, others, keyProvider } = await openPfx(bytes, password, choice);
  return {
    certificate: leaf,
    chain,
    pfx: { copies, others, ...(keyProvider === undefined ? {} : { keyProvider }) },
  };
}

function pkiDiagnostic(
  file: string,
  error: PkiError,
  password: string | null,
  name: string | null,
): Diagnostic {
  const variable = `TF_VAR_${passwordVariable(name)}`;
  switch (error.problem) {
    case 'wrong-password':
      return problem(
        'pfx_password',
        `The password of '${file}' is ${password ? 'wrong' : 'missing'}`,
        `${passwordHint(password)}Set ${variable}, the variable of the site's stack, for plans and for deploys.`,
      );
    case 'needless-password':
      return problem(
        'pfx_password',
        `'${file}' has no password, and one is given`,
        `Exchange would not open it with a password either. Unset ${variable}, or export the certificate again with this password.`,
      );
    case 'text':
      return problem('pfx_file', `'${file}' is a PFX as text`, inSentences(error));
    case 'protected-to-principals':
      return problem('pfx_file', `'${file}' was exported to groups or users`, inSentences(error));
    case 'several-keys':
      return problem(
        'pfx_file',
        `'${file}' holds the keys of several certificates`,
        `${inSentences(error)} Or name the one that you want by its thumbprint: ${certificatePlace(name)}.thumbprint.`,
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
        `${inSentences(error)}${error.remedy === undefined ? ' Export the certificate again as PKCS #12 (.pfx).' : ''}`,
      );
  }
}

function inSentences({ message, remedy }: PkiError): string {
  return `${capitalised(message)}.${remedy === undefined ? '' : ` ${remedy}`}`;
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** A hint at a common mistake in a password. It repeats no part of the password. */
function passwordHint(password: string | null): string {
  if (password === '') return 'It is set to an empty text, as happens where a pipeline lacks the secret. ';
  return password !== null && /^\s|\s$/.test(password)
    ? 'It begins or ends with a space or a line break, which is taken as a part of it. '
    : '';
}

/** Whether the certificate fits the declared use at the given time. */
export function certificateProblems(
  { read, facts: { thumbprint } }: Pick<Pfx, 'read' | 'facts'>,
  config: KnownValues,
  versions: readonly ExchangeVersion[],
  now: Date,
  name: string | null = null,
): readonly Diagnostic[] {
  const expected = config['expected_thumbprint'];
  const other =
    typeof expected === 'string' && expected.toUpperCase() !== thumbprint
      ? [
          problem(
            'expected_thumbprint',
            `'${read.file}' holds another certificate than declared`,
            `It has thumbprint ${thumbprint}, but the declaration names ${expected}. Correct the thumbprint of the certificate in the declaration, or replace this file by the right one.`,
          ),
        ]
      : [];
  const findings = judgeCertificate(read, {
    now,
    names: (config['required_names'] ?? []) as readonly string[],
    services: (config['services'] ?? []) as readonly string[],
    versions,
    warnBeforeExpiryDays: (config['warn_before_expiry_days'] ?? 30) as number,
    place: certificatePlace(name),
    accepted: (config['accepted_findings'] ?? {}) as { readonly [id: string]: string },
  });
  return [...other, ...findings.map(described)];
}

const ATTRIBUTE_ABOUT: { readonly [about in CertificateFinding['about']]: string } = {
  file: 'pfx_file',
  names: 'required_names',
  accepted: 'accepted_findings',
};

function described({ severity, about, problem: summary, remedy: detail }: CertificateFinding): Diagnostic {
  return { severity, summary, detail, path: path(ATTRIBUTE_ABOUT[about]) };
}

function problem(attribute: string, summary: string, detail: string): Diagnostic {
  return { severity: 'error', summary, detail, path: path(attribute) };
}
