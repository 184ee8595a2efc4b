import type { DeclaredBeside } from '../exchange/resources';
import { isKnown, type Values } from '../schema';
import type { SiteCertificate } from './site-certificate-block';

/** The certificates of a site that declares them by name; empty where it declares one without a name. */
export class SiteCertificates {
  readonly #blocks: readonly SiteCertificate[];

  /** @param blocks one with an unknown value is skipped until Terraform configures the provider again */
  constructor(blocks: readonly Values[] = []) {
    this.#blocks = blocks.filter((block) =>
      Object.values(block).every(isKnown),
    ) as unknown as SiteCertificate[];
  }

  /** The name that the declaration gives to the certificate of a PFX file; null where it gives none, or is not known yet. */
  nameOf(pfxFile: string): string | null {
    return this.#blocks.find((block) => block.pfx_file === pfxFile)?.name ?? null;
  }

  /** The servers that are to have the certificate of a PFX file; undefined where it has no name, or is not known yet. */
  serversOf(pfxFile: string): readonly string[] | undefined {
    return this.#blocks.find((block) => block.pfx_file === pfxFile)?.servers;
  }

  /** The certificates that a server is to have. */
  on(server: string): readonly DeclaredBeside[] {
    return this.#blocks.flatMap(({ name, pfx_file: pfxFile, services, servers }) =>
      servers.some((other) => other.toLowerCase() === server.toLowerCase())
        ? [{ name, pfxFile, services }]
        : [],
    );
  }
}
