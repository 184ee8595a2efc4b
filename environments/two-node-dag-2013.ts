import { defineSite, ExchangeVersion } from '../exchange/site';

/**
 * Exchange 2013: a second server, BsAEX02, joins the one in production. The public names are in a zone that the internal DNS
 * holds, too (split DNS). Without BsAEX02 in the list of servers this is the state before.
 */
export const site = defineSite({
  servers: [
    {
      name: 'BsAEX01',
      fqdn: 'BsAEX01.apatricio.local',
      address: '10.60.99.225',
      version: ExchangeVersion.V2013,
    },
    {
      name: 'BsAEX02',
      fqdn: 'BsAEX02.apatricio.local',
      address: '10.60.99.227',
      version: ExchangeVersion.V2013,
    },
  ],
  namespaces: {
    client: 'webmail.andersonpatricio.info',
    autodiscover: 'autodiscover.andersonpatricio.info',
  },
  certificate: {
    pfxFile: 'certificates/webmail.pfx',
    names: ['webmail.andersonpatricio.info', 'autodiscover.andersonpatricio.info'],
    services: ['IIS', 'SMTP'],
  },
  dag: {
    name: 'DAG01',
    witness: { server: 'BsAFS01.apatricio.local', directory: 'C:\\DAGFileShareWitnesses\\DAG01' },
  },
  dns: {
    // The DNS server and the key come from DNS_UPDATE_SERVER and the variables like it, so that this file can be used unchanged
    // for a rehearsal and in production. You can write server, port, keyName and the rest here instead.
    zones: [{ name: 'andersonpatricio.info' }],
    publish: 'round-robin',
  },
});
