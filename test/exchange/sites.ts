import type { DatabaseAvailabilityGroup, ExchangeSiteProps, Server } from '../../exchange/site';
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

/** The DAG of the right declaration. */
export const dag: DatabaseAvailabilityGroup = {
  name: 'DAG01',
  witness: { server: 'FS01.contoso.local', directory: 'C:\\Witness\\DAG01' },
};

/** A right declaration of two servers, with some of its properties replaced. */
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
