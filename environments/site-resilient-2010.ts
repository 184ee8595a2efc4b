import { defineSite, ExchangeVersion, type MailboxDatabase } from '../exchange/site';

/**
 * Exchange 2010 in two datacentres, each behind a load balancer and with a name of its own, and one DAG across both. The
 * primary datacentre serves everybody, the failover one stands by. The names of the client access arrays are published inside
 * only; Outlook inside reaches each database by the array of the datacentre of its first server in `copies`. The
 * certificate has both names of clients, and none of the arrays. Unified Messaging has no name of its own: in Exchange
 * 2010 it is a part of Exchange Web Services.
 */
export const site = defineSite({
  servers: [
    {
      name: 'EX01',
      fqdn: 'ex01.exchangeonline.dk',
      address: '192.0.2.11',
      version: ExchangeVersion.V2010,
      datacentre: 'primary',
      outlookAnywhere: 'enabled',
    },
    {
      name: 'EX03',
      fqdn: 'ex03.exchangeonline.dk',
      address: '192.0.2.13',
      version: ExchangeVersion.V2010,
      datacentre: 'primary',
      outlookAnywhere: 'enabled',
    },
    {
      name: 'EX02',
      fqdn: 'ex02.exchangeonline.dk',
      address: '198.51.100.12',
      version: ExchangeVersion.V2010,
      datacentre: 'failover',
      outlookAnywhere: 'enabled',
    },
    {
      name: 'EX04',
      fqdn: 'ex04.exchangeonline.dk',
      address: '198.51.100.14',
      version: ExchangeVersion.V2010,
      datacentre: 'failover',
      outlookAnywhere: 'enabled',
    },
  ],
  // Autodiscover has one name, that of the primary datacentre, also in the service connection points of the failover servers.
  namespaces: { client: 'mail.exchangeonline.dk', autodiscover: 'mail.exchangeonline.dk' },
  datacentres: {
    primary: {
      activeDirectorySites: ['primary'],
      subnets: ['192.0.2.0/24'],
      clientAccessArray: { fqdn: 'outlook-primary.exchangeonline.dk' },
      publish: { virtualIp: '192.0.2.100' },
    },
    failover: {
      activeDirectorySites: ['failover'],
      subnets: ['198.51.100.0/24'],
      clientAccessArray: { fqdn: 'outlook-failover.exchangeonline.dk' },
      namespaces: { client: 'failover.exchangeonline.dk' },
      publish: { virtualIp: '198.51.100.100', virtualIps: { 'mail.exchangeonline.dk': '192.0.2.100' } },
    },
  },
  certificate: {
    pfxFile: 'certificates/mail.pfx',
    names: ['mail.exchangeonline.dk', 'failover.exchangeonline.dk'],
    services: ['IIS'],
  },
  // Outlook outside looks for this name on the certificate, by whichever name it has reached a server.
  outlookProvider: { certPrincipalName: 'msstd:mail.exchangeonline.dk' },
  dag: {
    name: 'DAG01',
    witness: { server: 'FS01', directory: 'C:\\DAG01' },
    alternateWitness: { server: 'FS02', directory: 'C:\\DAG01' },
    addresses: ['192.0.2.50', '198.51.100.50'],
    databases: { ...databases(1, 6, ['EX01', 'EX02']), ...databases(7, 12, ['EX03', 'EX04']) },
  },
  dns: { internal: { zones: [{ name: 'exchangeonline.dk' }] } },
});

/** DAG01-MDB001 and so on, active on the first of `copies`. Files and logs are on the same drives on every server. */
function databases(
  first: number,
  last: number,
  copies: readonly string[],
): { [name: string]: MailboxDatabase } {
  const made: { [name: string]: MailboxDatabase } = {};
  for (let number = first; number <= last; number += 1) {
    const name = `DAG01-MDB${String(number).padStart(3, '0')}`;
    made[name] = { copies, edbFile: `E:\\DAG01\\${name}.edb`, logFolder: `F:\\DAG01\\${name}` };
  }
  return made;
}
