import { declaredCertificates } from '../../exchange/declared-certificates';
import { site } from '../../environments/namespace-models-bound';
import { resolveSite } from '../../exchange/resolve-site';
import { given, records, sharedHosts } from './namespace-plan';
import { expectGolden, planOf, synthesize } from './synthesized';

const files = synthesize('namespace-models-bound', site);
const plan = planOf(files);

/** The second plan of the scenario, by the service: what stands there for x. */
const TABLE = {
  owa: 'mail-x',
  'owa, failed back': 'mailfb-x',
  ecp: 'mail-x',
  activesync: 'eas-x',
  'outlook-anywhere': 'oa-x',
  mapi: 'oa-x',
  ews: 'ews-x',
  oab: 'oab-x',
  scp: 'autodiscover',
};
const tableOf = (x: string) =>
  Object.fromEntries(
    Object.entries(TABLE).map(([service, name]) => [service, `${name.replace('-x', `-${x}`)}.contoso.com`]),
  );

describe('names bound to two datacentres, layer 4 for each service', () => {
  test('the whole site is as it was reviewed', () => expectGolden('namespace-models-bound', files));

  test('nothing is found against it', () => expect(resolveSite(site).diagnostics).toEqual([]));

  test.each([
    ['WAEX1', 'wa'],
    ['WAEX2', 'wa'],
    ['MDEX1', 'md'],
    ['MDEX2', 'md'],
  ])('%s gives the names of the table, x being %s', (server, x) => {
    expect(given(plan, server)).toEqual(tableOf(x));
  });

  test('OWA has its FailbackUrl in the call of its other URLs', () => {
    expect(
      plan.steps.filter((step) => 'cmdlet' in step && step.cmdlet === 'Set-OwaVirtualDirectory')[0],
    ).toMatchObject({
      parameters: {
        Identity: 'WAEX1\\owa (Default Web Site)',
        InternalUrl: 'https://mail-wa.contoso.com/owa',
        ExternalUrl: 'https://mail-wa.contoso.com/owa',
        FailbackUrl: 'https://mailfb-wa.contoso.com/owa',
      },
    });
  });

  test('every name stands for its address in its datacentre, Autodiscover for those of both', () => {
    const of = (x: string, network: string) => ({
      [`mail-${x}`]: [`${network}.100`],
      [`mailfb-${x}`]: [`${network}.100`],
      [`eas-${x}`]: [`${network}.102`],
      [`oa-${x}`]: [`${network}.103`],
      [`ews-${x}`]: [`${network}.104`],
      [`oab-${x}`]: [`${network}.105`],
    });
    expect(records(plan)).toEqual({
      autodiscover: ['10.1.0.101', '10.2.0.101'],
      ...of('wa', '10.1.0'),
      ...of('md', '10.2.0'),
    });
  });

  test('at layer 4 the load balancer judges each service behind an address of its own', () => {
    const [first] = plan.steps.flatMap((step) => (step.kind === 'load-balancer' ? [step] : []));
    expect(first).toMatchObject({ server: 'WAEX1', layer: 4 });
    const url = (name: string, directory: string) =>
      `https://${name}.contoso.com/${directory}/HealthCheck.htm`;
    expect(first?.healthTests?.map((test) => [test.url, test.virtualAddresses])).toEqual([
      [url('autodiscover', 'Autodiscover'), ['10.1.0.101']],
      [url('oa-wa', 'rpc'), ['10.1.0.103']],
      [url('mail-wa', 'owa'), ['10.1.0.100']],
      [url('mail-wa', 'ecp'), ['10.1.0.100']],
      [url('eas-wa', 'Microsoft-Server-ActiveSync'), ['10.1.0.102']],
      [url('ews-wa', 'EWS'), ['10.1.0.104']],
      [url('oab-wa', 'OAB'), ['10.1.0.105']],
      [url('oa-wa', 'mapi'), ['10.1.0.103']],
    ]);
  });

  test('the certificate is the least one: the namespaces alone, the primary client name first', () => {
    const names = declaredCertificates(site).flatMap(({ declared }) => declared.names);
    expect([...names].sort()).toEqual(sharedHosts(plan));
    expect(names[0]).toBe('mail-wa.contoso.com');
  });
});
