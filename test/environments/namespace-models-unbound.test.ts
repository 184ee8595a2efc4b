import { declaredCertificates } from '../../exchange/declared-certificates';
import { site } from '../../environments/namespace-models-unbound';
import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { given, records, sharedHosts } from './namespace-plan';
import { expectGolden, planOf, synthesize } from './synthesized';

const files = synthesize('namespace-models-unbound', site);
const plan = planOf(files);

/** The first plan of the scenario, by the service. */
const TABLE = {
  owa: 'mail.contoso.com',
  ecp: 'mail.contoso.com',
  activesync: 'mail.contoso.com',
  'outlook-anywhere': 'mail.contoso.com',
  mapi: 'mail.contoso.com',
  ews: 'mail.contoso.com',
  oab: 'mail.contoso.com',
  scp: 'autodiscover.contoso.com',
};
const NEWER = ['REDEX1', 'REDEX2', 'POREX1', 'POREX2'];
const OLD = ['REDOLD1', 'POROLD1'];

describe('names that two datacentres share, layer 7, beside servers of 2007', () => {
  test('the whole site is as it was reviewed', () => expectGolden('namespace-models-unbound', files));

  test('nothing is found against it', () => expect(resolveSite(site).diagnostics).toEqual([]));

  test.each(NEWER)('%s gives the names of the table', (server) => {
    expect(given(plan, server)).toEqual(TABLE);
  });

  test.each(OLD)('%s gives the legacy name, and none for Autodiscover', (server) => {
    const { owa, activesync, ews, oab, scp } = given(plan, server);
    expect([owa, activesync, ews, oab]).toEqual(Array.from({ length: 4 }, () => 'legacy.contoso.com'));
    expect(scp).toBe('');
  });

  test.each([
    ['internal', ['10.1.0.100', '10.2.0.100'], ['10.1.0.21', '10.2.0.21']],
    ['external', ['203.0.113.100', '198.51.100.100'], ['203.0.113.20']],
  ] as const)(
    'in the %s view every name stands for both load balancers, and legacy for 2007 or its proxy',
    (view, both, legacy) => {
      const names = ['mail', 'autodiscover', 'imap', 'smtp'].map((name) => [name, both]);
      expect(records(plan, view)).toEqual({ ...Object.fromEntries(names), legacy });
    },
  );

  test('TLS ends at the load balancer: Outlook Anywhere says so, and IIS is described for each server of 2013', () => {
    const offloading = plan.steps.flatMap((step) =>
      'cmdlet' in step && /-OutlookAnywhere$/.test(step.cmdlet)
        ? [[step.server, step.parameters['SSLOffloading']]]
        : [],
    );
    expect(Object.fromEntries(offloading as [string, unknown][])).toEqual({
      ...Object.fromEntries(NEWER.map((server) => [server, true])),
      ...Object.fromEntries(OLD.map((server) => [server, false])),
    });
    expect(
      elementsOf(resolveSite(site).elements, 'described').flatMap(({ id }) =>
        id.endsWith('ssl-offload') ? [id] : [],
      ),
    ).toEqual(NEWER.map((server) => `${server}-ssl-offload`));
  });

  test('at layer 7 the load balancer judges each service behind the shared address; it asks the servers of 2007 for nothing', () => {
    const members = plan.steps.flatMap((step) => (step.kind === 'load-balancer' ? [step] : []));
    const asked = members.flatMap(({ server, layer, healthTests = [] }) =>
      healthTests.length === 0 ? [] : [[server, layer, healthTests.length]],
    );
    expect(asked).toEqual(NEWER.map((server) => [server, 7, 8]));
  });

  test('programs that fetch mail by IMAP have a name of their own on the servers of 2013', () => {
    const settings = plan.steps.flatMap((step) =>
      'cmdlet' in step && step.cmdlet === 'Set-ImapSettings'
        ? [[step.server, step.parameters['X509CertificateName']]]
        : [],
    );
    expect(settings).toEqual(NEWER.map((server) => [server, 'imap.contoso.com']));
  });

  test('the certificate is the least one: the namespaces alone, the primary client name first', () => {
    const names = declaredCertificates(site).flatMap(({ declared }) => declared.names);
    expect([...names].sort()).toEqual(sharedHosts(plan));
    expect(names[0]).toBe('mail.contoso.com');
  });
});
