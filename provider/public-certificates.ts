import { publicPart } from '../exchange/committed-certificate';
import { certificateFacts } from '../exchange/resources/certificate-facts';
import { withThumbprint } from '../exchange/resources/installed-certificate';
import { readCertificateFile } from '../pki/certificate-file';
import type { PfxChoice } from '../pki/pfx';
import { type Diagnostic, isKnown, path, type Path, type Values } from '../schema';
import { readPfx, type Pfx } from './pfx';
import type { PublicCertificateBlock } from './public-certificate-block';
import type { Reading } from './target';

/** What a certificate is known by. */
export type CertificateSource = Pick<Pfx, 'read' | 'facts'>;

/** The certificate of a PFX file, as the configuration gives it. */
export interface PublicCertificate extends CertificateSource {
  /** Why the PFX was not opened. */
  readonly unopened?: Diagnostic;
}

/** By the PFX file. */
export type PublicCertificates = ReadonlyMap<string, PublicCertificate>;

/**
 * The certificate in a PFX file. Where it is given without its key, the PFX is opened only with a password: whoever has
 * none, as the pipeline of a pull request, plans without the PFX.
 *
 * @param choice which certificate is meant, where the PFX holds the keys of several and none is given
 */
export async function certificateSource(
  certificates: PublicCertificates,
  pfxFile: string,
  password: string | null,
  choice: PfxChoice,
): Promise<CertificateSource | Diagnostic> {
  const given = certificates.get(pfxFile);
  if (given !== undefined && (password ?? '') === '') return given;
  return readPfx(pfxFile, password, given === undefined ? choice : { thumbprint: given.facts.thumbprint });
}

/**
 * Reads the blocks of the configuration, and compares each certificate with its PFX where that can be opened.
 *
 * @param blocks one with an unknown value is left to a later call
 */
export async function publicCertificates(
  blocks: readonly Values[],
): Promise<{ readonly certificates: PublicCertificates; readonly diagnostics: readonly Diagnostic[] }> {
  const diagnostics: Diagnostic[] = [];
  const certificates = new Map<string, PublicCertificate>();
  for (const [index, block] of blocks.entries()) {
    if (!Object.values(block).every(isKnown)) continue;
    const { pfx_file: pfxFile, pfx_password: password, file, pem } = block as PublicCertificateBlock;
    const content = readCertificateFile(Buffer.from(pem));
    const source = { read: publicPart(file, content), facts: certificateFacts(content.leaf) };
    const { thumbprint } = source.facts;
    const pfx = await readPfx(pfxFile, password, { thumbprint });
    if ('severity' in pfx) {
      certificates.set(pfxFile, { ...source, unopened: pfx });
    } else {
      certificates.set(pfxFile, source);
      if (pfx.facts.thumbprint !== thumbprint) {
        const at = path('public_certificate', index, 'pem');
        diagnostics.push(unfit(pfxFile, pfx.facts.thumbprint, file, thumbprint, at));
      }
    }
  }
  return { certificates, diagnostics };
}

/**
 * Why an apply must not begin: a server has none of the certificates, so that one is to be imported, and a PFX does not
 * open. Where the certificates of a server cannot be read, its own steps will tell.
 *
 * @param read shows the certificates of a server
 */
export async function lackingPfx(
  certificates: PublicCertificates,
  servers: readonly string[],
  read: (server: string) => Promise<Reading>,
): Promise<readonly Diagnostic[]> {
  const known = [...certificates.values()];
  const unopened = known.flatMap(({ unopened: why }) => why ?? []);
  if (unopened.length === 0) return [];
  const found = await Promise.all(
    servers.map(async (server) => {
      const reading = await read(server);
      const lacks =
        reading.kind === 'objects' &&
        !known.some(({ facts }) => withThumbprint(reading.outcome.objects, facts.thumbprint) !== undefined);
      return lacks ? [server] : [];
    }),
  );
  const lacking = found.flat();
  if (lacking.length === 0) return [];
  return unopened.map((why) => ({
    ...why,
    detail:
      `${why.detail}\nNothing was run: ${lacking.join(', ')} still ${lacking.length === 1 ? 'needs' : 'need'} the ` +
      'certificate. To a plan that was saved without the password Terraform gives none; plan again with it.',
  }));
}

function unfit(pfxFile: string, inPfx: string, file: string, inFile: string, at: Path): Diagnostic {
  return {
    severity: 'error',
    summary: `'${file}' is not the certificate in '${pfxFile}'`,
    detail:
      `'${file}' has thumbprint ${inFile}, the PFX holds ${inPfx}. Nothing was run. Commit the certificate that is in ` +
      'the PFX (certificate.certificateFile in the declaration), or put the PFX of the committed one there ' +
      '(certificate.pfxFile), then plan again.',
    path: at,
  };
}
