import type { Path } from '../schema';
import { path } from '../schema';
import { includesName } from './resources/equality';
import type { ExchangeSiteProps, Server, SiteCertificate } from './site';

/** A certificate of a declaration and where it stands. */
export interface DeclaredCertificate {
  /** Null where the site has a single certificate, which needs no name. */
  readonly name: string | null;
  readonly path: Path;
  readonly declared: SiteCertificate;
}

/** The properties of a certificate. In `certificate`, any other key is the name of one of several certificates. */
const PROPERTIES: { readonly [property in keyof SiteCertificate]-?: true } = {
  pfxFile: true,
  certificateFile: true,
  names: true,
  services: true,
  servers: true,
  thumbprint: true,
  replaceDefaultSmtpCertificate: true,
  privateKeyExportable: true,
  warnBeforeExpiryDays: true,
  existingOn: true,
  accepted: true,
};

/**
 * Whether a declared value is a single certificate, and not several by name. It is one if a property of a certificate
 * has a value that is not a certificate itself: so even several certificates of which one is called `names` are
 * recognized. Accepts values of the wrong form, too.
 */
export function isOneCertificate(value: ExchangeSiteProps['certificate']): value is SiteCertificate {
  const entries = Object.entries(value as { readonly [name: string]: unknown });
  const tells = ([name, item]: readonly [string, unknown]) =>
    Object.hasOwn(PROPERTIES, name) && item !== undefined && !isGroup(item);
  return entries.some(tells) || !entries.some(([, item]) => isGroup(item));
}

function isGroup(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The certificates of a site, in the order of the declaration. */
export function declaredCertificates({
  certificate,
}: Pick<ExchangeSiteProps, 'certificate'>): readonly DeclaredCertificate[] {
  if (isOneCertificate(certificate)) {
    return [{ name: null, path: path('certificate'), declared: certificate }];
  }
  return Object.entries(certificate).map(([name, declared]) => ({
    name,
    path: path('certificate', name),
    declared,
  }));
}

/** Whether a server is to have the certificate. */
export function isOnServer({ declared }: DeclaredCertificate, { name }: Pick<Server, 'name'>): boolean {
  return declared.servers === undefined || includesName(declared.servers, name);
}

/** Whether clients of the namespaces are shown the certificate. */
export function isForWeb({ declared }: DeclaredCertificate): boolean {
  return declared.services.includes('IIS');
}

/** Whether one of its names is a wildcard, so that it cannot be enabled for POP and IMAP. */
export function hasWildcard({ declared }: DeclaredCertificate): boolean {
  return declared.names.some((name) => name.startsWith('*.'));
}

/** The certificate as a sentence names it. */
export function titleOf({ name }: Pick<DeclaredCertificate, 'name'>): string {
  return name === null ? 'the certificate' : `the certificate ${name}`;
}
