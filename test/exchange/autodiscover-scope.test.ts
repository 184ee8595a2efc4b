import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import type { Datacentre, Server } from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/site';
import { formatPath } from '../../schema';
import { server, site } from './sites';

/** What the service connection points of two servers in Lisbon are set to, and where that is declared. */
function scopes(lisbon: Datacentre, second: Partial<Server> = {}) {
  const { elements, diagnostics } = resolveSite(
    site({
      servers: [
        server(1, { datacentre: 'lisbon', version: ExchangeVersion.V2016 }),
        server(2, { datacentre: 'lisbon', version: ExchangeVersion.V2016, ...second }),
      ],
      datacentres: { lisbon },
    }),
  );
  expect(diagnostics).toEqual([]);
  return elementsOf(elements, 'exchange-object')
    .filter(({ definition: { kind } }) => kind === 'scp')
    .map(({ steps: [first], origin }) => [
      first?.invocation.cmdlet,
      first?.invocation.parameters['AutoDiscoverSiteScope'],
      formatPath(origin['site_scope'] ?? []),
    ]);
}

const SET = 'Set-ClientAccessService';
const PLACE = 'datacentres.lisbon.autodiscoverSiteScope';

test('stays as it is where nobody says, also where the sites of the datacentre are known', () => {
  expect(scopes({ activeDirectorySites: ['Lisbon'] })).toEqual([
    [SET, undefined, ''],
    [SET, undefined, ''],
  ]);
});

test('is that of the datacentre: its own sites, or those that it names', () => {
  const activeDirectorySites = ['Lisbon', 'Lisbon-DMZ'];
  expect(scopes({ activeDirectorySites, autodiscoverSiteScope: 'own' })).toEqual([
    [SET, activeDirectorySites, PLACE],
    [SET, activeDirectorySites, PLACE],
  ]);
  expect(scopes({ autodiscoverSiteScope: ['Braga'] })).toEqual([
    [SET, ['Braga'], PLACE],
    [SET, ['Braga'], PLACE],
  ]);
});

test('is that of the server before that of its datacentre', () => {
  const lisbon = { activeDirectorySites: ['Lisbon'], autodiscoverSiteScope: ['Braga'] };
  expect(scopes(lisbon, { autodiscoverSiteScope: 'own' })).toEqual([
    [SET, ['Braga'], PLACE],
    [SET, ['Lisbon'], 'servers[1].autodiscoverSiteScope'],
  ]);
});
