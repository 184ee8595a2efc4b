import type { Path } from '../schema';
import { path } from '../schema';
import { includesName } from './resources/equality';
import type { ExchangeSiteProps, Server, SiteCertificate } from './site';

/** A certificate of a declaration and where it stands. */
export interface DeclaredCertificate {
  /** Null where the site has one, which needs no name. */
  readonly name: string | null;
  readonly path: Path;
  readonly declared: SiteCertificate;
}

/** What a certificate says of itself. A group of any other name is a certificate. */
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
 * Whether a declared value is one certificate; otherwise it is several by name. A property of a certificate stands there
 * with what is no certificate, so that even one called `names` is told apart. Takes values of the wrong form, too.
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

/** Whether one of its names is a wildcard, so that POP and IMAP cannot be given it. */
export function hasWildcard({ declared }: DeclaredCertificate): boolean {
  return declared.names.some((name) => name.startsWith('*.'));
}

/** For sentences. */
export function titleOf({ name }: Pick<DeclaredCertificate, 'name'>): string {
  return name === null ? 'the certificate' : `the certificate ${name}`;
}
