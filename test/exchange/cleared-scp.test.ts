import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { resolveSite } from '../../exchange/resolve-site';
import { type ExchangeSiteProps, ExchangeVersion, type OwnNamespaces } from '../../exchange/site';
import { records } from '../environments/namespace-plan';
import { server, site } from './sites';

const cleared: OwnNamespaces = { autodiscover: null };
const plan = (declaration: ExchangeSiteProps) =>
  exchangePlan('contoso', declaration, resolveSite(declaration));
const scp = (declaration: ExchangeSiteProps, name: string) =>
  plan(declaration).steps.find(({ id }) => id === `${name}-scp`);

describe('a service connection point that is cleared', () => {
  const one = site({ servers: [server(1), server(2, { namespaces: cleared })] });

  test('hands out nothing, and the plan says what that does to clients inside', () => {
    expect(resolveSite(one).diagnostics).toEqual([]);
    expect(scp(one, 'EX02')).toMatchObject({
      cmdlet: 'Set-ClientAccessServer',
      parameters: { Identity: 'EX02', AutoDiscoverServiceInternalUri: null },
      reason: expect.stringContaining('clients in the domain take that of another server') as string,
    });
    expect(scp(one, 'EX01')).toMatchObject({
      parameters: {
        AutoDiscoverServiceInternalUri: 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml',
      },
      reason: expect.stringContaining("must not be told the server's own name") as string,
    });
  });

  test('leads nobody to its server by the name for Autodiscover, and keeps its other names', () => {
    expect(records(plan(one))).toEqual({
      mail: ['192.0.2.1', '192.0.2.2'],
      autodiscover: ['192.0.2.1'],
    });
  });

  test('is that of each server of a datacentre, unless the server hands out a name of its own', () => {
    const declaration = site({
      servers: [
        server(1),
        server(2, { datacentre: 'porto', version: ExchangeVersion.V2016 }),
        server(3, { datacentre: 'porto', namespaces: { autodiscover: 'autodiscover.contoso.com' } }),
      ],
      datacentres: { porto: { namespaces: cleared } },
    });
    expect(scp(declaration, 'EX02')).toMatchObject({
      cmdlet: 'Set-ClientAccessService',
      parameters: { AutoDiscoverServiceInternalUri: null },
    });
    expect(records(plan(declaration))['autodiscover']).toEqual(['192.0.2.1', '192.0.2.3']);
  });

  test('of every server leaves the name for Autodiscover unused, which is said', () => {
    const all = site({ servers: [server(1, { namespaces: cleared })] });
    expect(resolveSite(all).diagnostics.map(({ rule }) => rule)).toEqual(['namespace-unused']);
  });
});
