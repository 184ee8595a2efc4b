import { readCertificateFile, UnfitCertificateFile } from '../pki/certificate-file';
import { type Block, type Known, type Problem, text, textSet } from '../schema';

function pemProblem(value: Known): Problem | undefined {
  try {
    readCertificateFile(Buffer.from(value as string));
    return undefined;
  } catch (error) {
    if (!(error instanceof UnfitCertificateFile)) throw error;
    return { problem: `the text ${error.why}`, remedy: error.remedy };
  }
}

const ATTRIBUTES = {
  pfx_file: text('required', 'The PFX file, spelled as `pfx_file` of the certificates that are made of it.'),
  pfx_password: text(
    'optional',
    'Password of the PFX; never kept. Left out or empty: the PFX has no password, or the plan does not open it.',
    { sensitive: true },
  ),
  file: text('required', 'The file that the certificate comes from, for messages.'),
  pem: text('required', 'The certificate in PEM, the leaf first, without a private key.', {
    problem: pemProblem,
  }),
  servers: textSet('optional', 'Servers that are to have it. Left out: all of `servers`.'),
};

/** The certificate in a PFX file, given without its key. */
export const PUBLIC_CERTIFICATE_BLOCK: Block = {
  nesting: 'list',
  schema: {
    description:
      'The certificate in a PFX file, without its key, so that a plan needs neither the file nor its password. Where the PFX can be opened and holds another certificate, plan and apply stop before anything runs; so does an apply whose PFX cannot be opened while a server lacks the certificate. With a password in it, a plan opens the PFX as well.',
    attributes: ATTRIBUTES,
  },
};

/** A block of the configuration whose values are all known. */
export type PublicCertificateBlock = {
  readonly [name in Exclude<keyof typeof ATTRIBUTES, 'servers'>]: string | null;
} & {
  readonly servers: readonly string[] | null;
  readonly pfx_file: string;
  readonly file: string;
  readonly pem: string;
};
