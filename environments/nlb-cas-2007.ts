import { defineSite, ExchangeVersion } from '../exchange/site';

/**
 * Exchange 2007 (Service Pack 1 or later): two client access servers behind one address, that of a Windows NLB cluster.
 * No deploy makes the cluster: the plan files describe it. The certificate is given as a PFX, which both servers import. Each
 * server is managed in a Windows PowerShell on the server itself, where the PFX lies as a file during its import. At the end
 * Exchange's own tests connect to each server as phones and Outlook do, with the test mailbox that
 * New-TestCasConnectivityUser.ps1 makes.
 */
export const site = defineSite({
  servers: [
    {
      name: 'CAS01',
      fqdn: 'cas01.ehlo.dk',
      address: '192.0.2.11',
      version: ExchangeVersion.V2007,
      endpoint: 'https://cas01.ehlo.dk:5986/wsman',
      outlookAnywhere: 'enabled',
    },
    {
      name: 'CAS02',
      fqdn: 'cas02.ehlo.dk',
      address: '192.0.2.12',
      version: ExchangeVersion.V2007,
      endpoint: 'https://cas02.ehlo.dk:5986/wsman',
      outlookAnywhere: 'enabled',
    },
  ],
  namespaces: { client: 'mail.ehlo.dk', autodiscover: 'autodiscover.ehlo.dk' },
  outlookAnywhere: { externalAuthentication: 'Basic' },
  certificate: {
    pfxFile: 'certificates/mail.pfx',
    names: ['mail.ehlo.dk', 'autodiscover.ehlo.dk', 'cas01.ehlo.dk', 'cas02.ehlo.dk'],
    services: ['IIS', 'POP', 'IMAP'],
  },
  dns: {
    zones: [{ name: 'ehlo.dk' }],
    publish: { virtualIp: '192.0.2.10', nlb: { priorities: { CAS01: 1, CAS02: 2 } } },
  },
  health: { connectivity: { tests: ['ActiveSync', 'OutlookWebServices'] } },
});
