import { defineSite, ExchangeVersion } from '../exchange/site';

/**
 * Exchange 2007 (Service Pack 1 or later): two client access servers behind one address, that of a Windows NLB cluster.
 * The cluster itself is not made from here: the plan files say how it must be. The certificate comes as a PFX; the deployment
 * requested it on the first server and carried it to the second. Each server is managed in a Windows PowerShell on itself,
 * and the PFX lies there for the time of its import only. In the end each is tested as phones and Outlook use it, with the test
 * mailbox that New-TestCasConnectivityUser.ps1 makes.
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
