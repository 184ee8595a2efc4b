import { publicPart } from '../exchange/committed-certificate';
import { certificatePlace } from '../exchange/certificate-name';
import { certificateFacts } from '../exchange/resources/certificate-facts';
import { withThumbprint } from '../exchange/resources/installed-certificate';
import { readCertificateFile } from '../pki/certificate-file';
import type { PfxChoice } from '../pki/pfx';
import { type Diagnostic, isKnown, path, type Path, type Values } from '../schema';
import { readPfx, type Pfx } from './pfx';
import type { PublicCertificateBlock } from './public-certificate-block';
import { SiteCertificates } from './site-certificates';
import type { Reading } from './readings';

/** A certificate and what was read of it, wherever it comes from. */
export type CertificateSource = Pick<Pfx, 'read' | 'facts'>;

/** The certificate of a PFX file that the configuration gives without its private key. */
export interface PublicCertificate extends CertificateSource {
  /** The servers that are to have it. Left out: all servers. */
  readonly servers?: readonly string[];
  /** Why the PFX was not opened. */
  readonly unopened?: Diagnostic;
}

/** By the name of the PFX file. */
export type PublicCertificates = ReadonlyMap<string, PublicCertificate>;

/**
 * The certificate in a PFX file. Where the configuration gives it without its key, the PFX is opened only if a password
 * is given: the pipeline of a pull request, which has no password, plans without the PFX.
 *
 * @param choice of one certificate, where the PFX holds the keys of several and the configuration gives none
 * @param name that the declaration gives to the certificate; null where it gives none
 */
export async function certificateSource(
  certificates: PublicCertificates,
  pfxFile: string,
  password: string | null,
  choice: PfxChoice,
  name: string | null = null,
): Promise<CertificateSource | Diagnostic> {
  const given = certificates.get(pfxFile);
  if (given !== undefined && (password ?? '') === '') return given;
  const wanted = given === undefined ? choice : { thumbprint: given.facts.thumbprint };
  return readPfx(pfxFile, password, wanted, name);
}

/**
 * Reads the blocks of the configuration, and compares each certificate with its PFX where the PFX can be opened.
 *
 * @param blocks one with an unknown value is skipped until Terraform configures the provider again
 */
export async function publicCertificates(
  blocks: readonly Values[],
  site: SiteCertificates = new SiteCertificates(),
): Promise<{ readonly certificates: PublicCertificates; readonly diagnostics: readonly Diagnostic[] }> {
  const diagnostics: Diagnostic[] = [];
  const certificates = new Map<string, PublicCertificate>();
  for (const [index, block] of blocks.entries()) {
    if (!Object.values(block).every(isKnown)) continue;
    const { pfx_file: pfxFile, pfx_password: password, file, pem, servers } = block as PublicCertificateBlock;
    const content = readCertificateFile(Buffer.from(pem));
    const source = {
      read: publicPart(file, content),
      facts: certificateFacts(content.leaf),
      ...(servers === null ? {} : { servers }),
    };
    const { thumbprint } = source.facts;
    const name = site.nameOf(pfxFile);
    const pfx = await readPfx(pfxFile, password, { thumbprint }, name);
    if ('severity' in pfx) {
      certificates.set(pfxFile, { ...source, unopened: pfx });
    } else {
      certificates.set(pfxFile, source);
      if (pfx.facts.thumbprint !== thumbprint) {
        const at = path('public_certificate', index, 'pem');
        diagnostics.push(unfit(pfxFile, pfx.facts.thumbprint, file, thumbprint, certificatePlace(name), at));
      }
    }
  }
  return { certificates, diagnostics };
}

/**
 * Why an apply must not begin: a server needs the certificate of a PFX that cannot be opened. A server whose
 * certificates cannot be read is skipped here; its own steps will report the reason.
 *
 * @param read reads the certificates of a server
 */
export async function lackingPfx(
  certificates: PublicCertificates,
  servers: readonly string[],
  read: (server: string) => Promise<Reading>,
): Promise<readonly Diagnostic[]> {
  const found = await Promise.all(
    [...certificates.values()].map(async ({ facts, unopened: why, servers: own = servers }) => {
      if (why === undefined) return [];
      const lacking = await serversWithout(facts.thumbprint, own, read);
      return lacking.length === 0 ? [] : [stillNeeded(why, lacking)];
    }),
  );
  return found.flat();
}

async function serversWithout(
  thumbprint: string,
  servers: readonly string[],
  read: (server: string) => Promise<Reading>,
): Promise<readonly string[]> {
  const found = await Promise.all(
    servers.map(async (server) => {
      const reading = await read(server);
      const lacks =
        reading.kind === 'objects' && withThumbprint(reading.outcome.objects, thumbprint) === undefined;
      return lacks ? [server] : [];
    }),
  );
  return found.flat();
}

function stillNeeded(why: Diagnostic, lacking: readonly string[]): Diagnostic {
  return {
    ...why,
    detail:
      `${why.detail}\nNothing was run: ${lacking.join(', ')} ${lacking.length === 1 ? 'does' : 'do'} not have the ` +
      'certificate yet, so this deploy needs the PFX. To a saved plan that was made without the password, Terraform ' +
      'passes none on: plan again with the password.',
  };
}

function unfit(
  pfxFile: string,
  inPfx: string,
  file: string,
  inFile: string,
  place: string,
  at: Path,
): Diagnostic {
  return {
    severity: 'error',
    summary: `'${file}' is not the certificate in '${pfxFile}'`,
    detail:
      `'${file}' has thumbprint ${inFile}, the PFX holds ${inPfx}. Nothing was run. Commit the certificate that is in ` +
      `the PFX (${place}.certificateFile in the declaration), or put the PFX of the committed certificate in place of ` +
      `this one (${place}.pfxFile), then plan again.`,
    path: at,
  };
}
