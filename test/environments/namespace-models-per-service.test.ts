import { declaredCertificates } from '../../exchange/declared-certificates';
import { site } from '../../environments/namespace-models-per-service';
import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { given, records, sharedHosts } from './namespace-plan';
import { expectGolden, planOf, synthesize } from './synthesized';

const files = synthesize('namespace-models-per-service', site);
const plan = planOf(files);

/** The third plan of the scenario, by the service. */
const TABLE = {
  owa: 'mail.contoso.com',
  ecp: 'mail.contoso.com',
  activesync: 'mail.contoso.com',
  'outlook-anywhere': 'oa.contoso.com',
  mapi: 'oa.contoso.com',
  ews: 'ews.contoso.com',
  oab: 'oab.contoso.com',
  scp: 'autodiscover.contoso.com',
};

describe('names that two datacentres share, layer 4 for each service', () => {
  test('the whole site is as it was reviewed', () => expectGolden('namespace-models-per-service', files));

  test('nothing is found against it', () => expect(resolveSite(site).diagnostics).toEqual([]));

  test.each(['REDEX1', 'REDEX2', 'POREX1', 'POREX2'])('%s gives the names of the table', (server) => {
    expect(given(plan, server)).toEqual(TABLE);
  });

  test.each([
    ['internal', '10.1.0', '10.2.0', ['10.1.0.21', '10.2.0.21']],
    ['external', '203.0.113', '198.51.100', ['203.0.113.20']],
  ] as const)(
    'in the %s view every name stands for its addresses in both, and legacy for what is before 2007',
    (view, redmond, portland, legacy) => {
      const both = (last: number) => [`${redmond}.${last}`, `${portland}.${last}`];
      expect(records(plan, view)).toEqual({
        mail: both(100),
        autodiscover: both(101),
        oa: both(102),
        ews: both(103),
        oab: both(104),
        legacy,
      });
    },
  );

  test('no server of 2013 joins the pool of those of 2007', () => {
    const members = elementsOf(resolveSite(site).elements, 'pool-member');
    expect(members.map(({ server, pool }) => [server, pool])).toEqual([
      ['REDEX1', 'redmond'],
      ['REDEX2', 'redmond'],
      ['POREX1', 'portland'],
      ['POREX2', 'portland'],
    ]);
    expect(members.flatMap(({ virtualAddresses }) => virtualAddresses)).not.toContain('10.1.0.21');
    expect(members[0]?.virtualAddresses).toEqual([100, 101, 102, 103, 104].map((last) => `10.1.0.${last}`));
  });

  test('the certificate is the least one: the namespaces alone, the primary client name first', () => {
    const names = declaredCertificates(site).flatMap(({ declared }) => declared.names);
    expect([...names].sort()).toEqual(sharedHosts(plan));
    expect(names[0]).toBe('mail.contoso.com');
  });
});
