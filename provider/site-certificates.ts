import type { DeclaredBeside } from '../exchange/resources';
import { isKnown, type Values } from '../schema';
import type { SiteCertificate } from './site-certificate-block';

/** The certificates of a site that has several; none where it has one. */
export class SiteCertificates {
  readonly #blocks: readonly SiteCertificate[];

  /** @param blocks one with an unknown value is left to a later call */
  constructor(blocks: readonly Values[] = []) {
    this.#blocks = blocks.filter((block) =>
      Object.values(block).every(isKnown),
    ) as unknown as SiteCertificate[];
  }

  /** What the declaration calls the certificate of a PFX file; null where it is the only one. */
  nameOf(pfxFile: string): string | null {
    return this.#blocks.find((block) => block.pfx_file === pfxFile)?.name ?? null;
  }

  /** Servers that are to have the certificate of a PFX file; undefined where it is the only one. */
  serversOf(pfxFile: string): readonly string[] | undefined {
    return this.#blocks.find((block) => block.pfx_file === pfxFile)?.servers;
  }

  /** What a server is to have. */
  on(server: string): readonly DeclaredBeside[] {
    return this.#blocks.flatMap(({ name, pfx_file: pfxFile, services, servers }) =>
      servers.some((other) => other.toLowerCase() === server.toLowerCase())
        ? [{ name, pfxFile, services }]
        : [],
    );
  }
}
