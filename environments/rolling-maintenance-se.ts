import { defineSite, ExchangeVersion } from '../exchange/site';

const server = (name: string, address: string, datacentre: string) => ({
  name,
  fqdn: `${name}.contoso.local`,
  address,
  version: ExchangeVersion.SE,
  datacentre,
});

const witness = (name: string) => ({ server: `${name}.contoso.local`, directory: 'C:\\Witness\\DAG01' });

/**
 * Exchange Server Subscription Edition in Lisbon and Porto, which share all names, with one DAG across both. Servers change in
 * two waves, each with one server of each datacentre. Around a step that can interrupt its clients a server is out of service.
 * The second wave waits until the machine that runs Terraform has also connected to each server of the first and found it
 * healthy. No database has both copies on servers of one wave.
 */
export const site = defineSite({
  servers: [
    server('LIS1', '10.1.0.11', 'lisbon'),
    server('LIS2', '10.1.0.12', 'lisbon'),
    server('OPO1', '10.2.0.11', 'porto'),
    server('OPO2', '10.2.0.12', 'porto'),
  ],
  rollout: [
    ['LIS1', 'OPO1'],
    ['LIS2', 'OPO2'],
  ],
  maintenance: true,
  health: {
    replication: true,
    fromRunner: { certificates: ['IIS', 'SMTP'], healthcheck: true },
  },
  namespaces: { client: 'mail.contoso.com', autodiscover: 'autodiscover.contoso.com' },
  datacentres: {
    lisbon: { subnets: ['10.1.0.0/24'], publish: { virtualIp: '10.1.0.100', layer: 7 } },
    porto: { subnets: ['10.2.0.0/24'], publish: { virtualIp: '10.2.0.100', layer: 7 } },
  },
  certificate: {
    pfxFile: 'certificates/mail.pfx',
    names: ['mail.contoso.com', 'autodiscover.contoso.com'],
    services: ['IIS', 'SMTP'],
  },
  dag: {
    name: 'DAG01',
    witness: witness('LISFS1'),
    alternateWitness: witness('OPOFS1'),
    datacenterActivation: 'DagOnly',
    databases: {
      DB01: { copies: ['LIS1', 'OPO2'] },
      DB02: { copies: ['LIS2', 'OPO1'] },
    },
  },
  dns: { zones: [{ name: 'contoso.com' }] },
});
