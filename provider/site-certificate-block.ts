import { type Block, text, textSet } from '../schema';

const ATTRIBUTES = {
  name: text('required', 'Its name in the declaration, for messages.'),
  pfx_file: text('required', 'The PFX file, spelled as `pfx_file` of the certificates that are made of it.'),
  services: textSet('required', 'Services that it is to have.'),
  servers: textSet('required', 'Servers that are to have it.'),
};

/** Declares a certificate of a site that names its certificates. */
export const SITE_CERTIFICATE_BLOCK: Block = {
  nesting: 'list',
  schema: {
    description:
      'One certificate of a site that declares its certificates by name. When a certificate is taken out of the declaration of a server, this list shows whether the server is still to have it under another name, and which of its services another certificate is to have: then it stays on the server, or those services are left as they are. Left out: each server has one certificate.',
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
