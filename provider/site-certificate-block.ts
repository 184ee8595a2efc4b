import { type Block, text, textSet } from '../schema';

const ATTRIBUTES = {
  name: text('required', 'Its name in the declaration, for messages.'),
  pfx_file: text('required', 'The PFX file, spelled as `pfx_file` of the certificates that are made of it.'),
  services: textSet('required', 'Services that it is to have.'),
  servers: textSet('required', 'Servers that are to have it.'),
};

/** Declares a certificate of a site that has several. */
export const SITE_CERTIFICATE_BLOCK: Block = {
  nesting: 'list',
  schema: {
    description:
      'A certificate of the site, where it has several: so that one which leaves a server is left there while it stands in the declaration under another name, and takes no service with it that another one is to have. Left out: a server has one.',
    attributes: ATTRIBUTES,
  },
};

/** A block of the configuration whose values are all known. */
export interface SiteCertificate {
  readonly name: string;
  readonly pfx_file: string;
  readonly services: readonly string[];
  readonly servers: readonly string[];
}
