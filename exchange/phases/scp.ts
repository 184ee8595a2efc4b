import { exchangeObject } from '../exchange-object';
import { urlOf } from '../namespaces';
import { erase, serviceConnectionPoint } from '../resources';
import { idOn, type Phase } from './phase';

/**
 * Service connection points. They depend on nothing, so that they are set first: until then a server hands out its own
 * name, which Setup registered.
 */
export const scp: Phase = ({ placements }) =>
  placements.map(({ server, path: at, autodiscover, autodiscoverScope: scope }) =>
    exchangeObject({
      id: idOn(server, 'scp'),
      definition: erase(serviceConnectionPoint),
      server: server.name,
      version: server.version,
      attributes: {
        server: server.name,
        uri: urlOf('autodiscover', autodiscover.host),
        ...(scope === undefined ? {} : { site_scope: scope.sites }),
      },
      origin: {
        server: [...at, { attribute: 'name' }],
        uri: autodiscover.path,
        ...(scope === undefined ? {} : { site_scope: scope.path }),
      },
      dependsOn: [],
    }),
  );
