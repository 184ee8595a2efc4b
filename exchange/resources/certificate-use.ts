import type { PowerShellObject } from '../../powershell/outcome';
import type { Diagnostic } from '../../schema';
import { NO_HISTORY } from './certificate-history';
import { BACK_END, FRONT_END } from './certificate-holders';
import { IIS } from './certificate-steps';
import type { Facts } from './facts';
import { includesName, sameName } from './equality';
import {
  installedCertificates,
  isOwnCertificate,
  ownCertificate,
  withThumbprint,
  type InstalledCertificate,
} from './installed-certificate';

/** The part of a certificate's state that is compared with the server. */
export interface CertificateState {
  readonly server: string | null;
  readonly pfx_file: string | null;
  readonly thumbprint: string | null;
  readonly subject: string | null;
  readonly issuer: string | null;
  readonly names: readonly string[] | null;
  readonly not_after: string | null;
  readonly imported: readonly string[] | null;
  readonly left_on_server: readonly string[] | null;
  readonly services: readonly string[] | null;
  readonly fallback_thumbprint: string | null;
}

/** Reported by a plan, and by checks of the session before it. */
export const SERVICES_UNKNOWN: Diagnostic = {
  severity: 'warning',
  summary: 'This session does not tell which services use a certificate',
  detail:
    'The state holds what the Enable-ExchangeCertificate of a deploy gave, and no more: a service that somebody gives ' +
    'to another certificate does not show as drift, and a certificate that was replaced is left on its server. Over ' +
    'https:// write the address without serializationLevel, or with serializationLevel=Full; where services are still ' +
    "not told, the organization's Auth certificate may be missing or expired (Get-AuthConfig). Through SSH or as a " +
    "process, use a session in which Select-Object works: Windows PowerShell with Exchange's snap-in.",
};

/**
 * The services that a certificate has according to the read, without those that the run has taken from it since. Null
 * where they are not known.
 */
function servicesInUse(
  server: string,
  { thumbprint, services }: InstalledCertificate,
  { history = NO_HISTORY }: Facts,
): readonly string[] | null {
  return services?.filter((name) => !history.lost(server, thumbprint, name)) ?? null;
}

/** The declared services that a certificate has; where the session does not show services, those in `held`. */
export function servicesSeen(
  { server, services }: CertificateState,
  certificate: InstalledCertificate,
  held: readonly string[],
  facts: Facts,
): readonly string[] {
  const { history = NO_HISTORY } = facts;
  // A failed call may still have enabled a service; only a read that shows services would tell.
  const given = held.filter((name) => !history.lacks(server ?? '', certificate.thumbprint, name));
  const told = { ...certificate, services: certificate.services ?? given };
  const inUse = servicesInUse(server ?? '', told, facts) ?? [];
  // Exchange lists IIS for any IIS site, but clients reach only the front end.
  const isHidden = certificate.iisSites !== null && !certificate.iisSites.includes(FRONT_END);
  // Exchange sometimes lists more services than were enabled. Only a declared service that is missing counts as drift.
  return (services ?? inUse).filter((name) => includesName(inUse, name) && !(isHidden && isIis(name)));
}

/**
 * Updates a state from what the session shows; null where none of its certificates is on the server. Of several, as
 * after an interrupted renewal, the one with most of the declared services counts as the one in use.
 *
 * @param held the services to assume for the certificate in the state, where the session does not show services
 */
export function withCertificateInUse<State extends CertificateState>(
  objects: readonly PowerShellObject[],
  state: State,
  held: readonly string[],
  facts: Facts,
): State | null {
  const { history = NO_HISTORY } = facts;
  const server = state.server ?? '';
  const imported = [...(state.imported ?? []), ...history.imported(server, state.pfx_file ?? '')].filter(
    (thumbprint, index, all) => all.findIndex((other) => sameName(other, thumbprint)) === index,
  );
  const there = (thumbprint: string) => withThumbprint(objects, thumbprint);
  const candidates = [...(state.thumbprint === null ? [] : [state.thumbprint]), ...imported]
    .flatMap((thumbprint) => there(thumbprint) ?? [])
    .map((certificate) => ({
      certificate,
      services: servicesSeen(
        state,
        certificate,
        sameName(certificate.thumbprint, state.thumbprint ?? '')
          ? held
          : history.given(server, certificate.thumbprint),
        facts,
      ),
    }))
    .sort((left, right) => right.services.length - left.services.length);
  const [inUse] = candidates;
  if (inUse === undefined) return null;
  const { thumbprint, subject, issuer, names, notAfter } = inUse.certificate;
  // A certificate that this object has imported may look like the one that Setup made.
  const others = installedCertificates(objects).filter(
    (other) => !includesName([thumbprint, ...imported], other.thumbprint),
  );
  return {
    ...state,
    thumbprint,
    subject,
    issuer,
    names,
    not_after: notAfter,
    imported: imported.filter((own) => there(own) !== undefined),
    left_on_server: [],
    services: inUse.services,
    fallback_thumbprint: ownCertificate(others, server)?.thumbprint ?? '',
  };
}

/** A plan's remarks on the certificates of a server whose services it manages. */
export function remarksOnUse(
  objects: readonly PowerShellObject[],
  { server, thumbprint, services }: CertificateState,
): readonly Diagnostic[] {
  const all = installedCertificates(objects);
  const found = withThumbprint(objects, thumbprint);
  const looked = found === undefined ? all : [found];
  return [
    ...(looked.some((certificate) => certificate.services === null) ? [SERVICES_UNKNOWN] : []),
    ...((services ?? []).some(isIis) ? remarksOnSites(server ?? '', all, found) : []),
  ];
}

function remarksOnSites(
  server: string,
  all: readonly InstalledCertificate[],
  declared: InstalledCertificate | undefined,
): readonly Diagnostic[] {
  const onBackEnd = declared?.iisSites?.includes(BACK_END) === true && !isOwnCertificate(declared, server);
  const noneOnFrontEnd =
    all.length > 0 && all.every(({ iisSites }) => iisSites !== null && !iisSites.includes(FRONT_END));
  return [
    ...(onBackEnd
      ? [
          warning(
            `The site Exchange Back End of ${server} shows the certificate ${declared.thumbprint}`,
            'It is meant for clients, and Outlook on the web and the admin center fail once it expires or is removed. ' +
              `Bind the certificate that Setup made, Microsoft Exchange, to port 444 of that site (IIS Manager on ${server}).`,
          ),
        ]
      : []),
    ...(noneOnFrontEnd
      ? [
          warning(
            `No certificate is bound to the Default Web Site of ${server}`,
            'Clients get no connection over HTTPS. Where this plan shows Enable-ExchangeCertificate with IIS for the ' +
              'server, its deploy binds one; else run that cmdlet, or bind one to port 443 in IIS Manager.',
          ),
        ]
      : []),
  ];
}

/** The certificate that web clients see; undefined where none is bound to IIS, or the session does not show it. */
export function certificateOfWeb(objects: readonly PowerShellObject[]): InstalledCertificate | undefined {
  const all = installedCertificates(objects);
  return (
    all.find(({ iisSites }) => iisSites?.includes(FRONT_END)) ??
    all.find(({ services, iisSites }) => iisSites === null && services?.some(isIis))
  );
}

function warning(summary: string, detail: string): Diagnostic {
  return { severity: 'warning', summary, detail };
}

function isIis(service: string): boolean {
  return sameName(service, IIS);
}
