import { defineSite, ExchangeVersion } from '../exchange/site';

/**
 * Exchange 2013: a second server joins the one in production. Public names in a zone that the internal DNS holds too
 * (split DNS). Without the line of BsAEX02 this is the state before.
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
    // Where updates go and who signs them is left to DNS_UPDATE_SERVER and its kind, so that this very file serves a
    // rehearsal and production; server, port, keyName and the rest may stand here instead.
    zones: [{ name: 'andersonpatricio.info' }],
    publish: 'round-robin',
  },
});
