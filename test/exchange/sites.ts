import type {
  DatabaseAvailabilityGroup,
  ExchangeSiteProps,
  Server,
  SiteCertificate,
} from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/site';

export function server(number: number, changes: Partial<Server> = {}): Server {
  return {
    name: `EX0${number}`,
    fqdn: `EX0${number}.contoso.local`,
    address: `192.0.2.${number}`,
    version: ExchangeVersion.V2013,
    ...changes,
  };
}

type Changes<Certificate> = Partial<Omit<ExchangeSiteProps, 'certificate'>> & {
  readonly certificate?: Certificate;
};

export type OneCertificateSite = ExchangeSiteProps & { readonly certificate: SiteCertificate };

/** The DAG of the right declaration. */
export const dag: DatabaseAvailabilityGroup = {
  name: 'DAG01',
  witness: { server: 'FS01.contoso.local', directory: 'C:\\Witness\\DAG01' },
};

/** A right declaration of two servers, with some of its properties replaced. */
export function site(changes?: Changes<SiteCertificate>): OneCertificateSite;
export function site(changes: Changes<ExchangeSiteProps['certificate']>): ExchangeSiteProps;
export function site(changes: Partial<ExchangeSiteProps> = {}): ExchangeSiteProps {
  return {
    servers: [server(1), server(2)],
    namespaces: { client: 'mail.contoso.com', autodiscover: 'autodiscover.contoso.com' },
    certificate: {
      pfxFile: 'certificates/mail.pfx',
      names: ['mail.contoso.com', 'autodiscover.contoso.com'],
      services: ['IIS'],
    },
    dag,
    dns: { zones: [{ name: 'contoso.com' }] },
    ...changes,
  };
}

/** Two servers of Exchange 2007, which has no DAG. */
export function siteOf2007(): ExchangeSiteProps {
  const version = ExchangeVersion.V2007;
  const { namespaces, certificate, dns } = site();
  const old = (number: number) =>
    server(number, { version, endpoint: `https://ex0${number}.contoso.local:5986/wsman` });
  return { servers: [old(1), old(2)], namespaces, certificate, dns };
}
