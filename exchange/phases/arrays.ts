import { arrayId, declaredArrays } from '../declared-arrays';
import { exchangeObject } from '../exchange-object';
import { clientAccessArray, erase } from '../resources';
import type { Phase } from './phase';

/**
 * Client access arrays. They depend on nothing, so that they exist before databases: Exchange writes their name into
 * each new database.
 */
export const arrays: Phase = ({ site }) =>
  declaredArrays(site).flatMap((declared) => {
    const {
      array,
      path: at,
      activeDirectorySite,
      servers: [first],
    } = declared;
    // Rules report what is missing.
    if (first === undefined || activeDirectorySite === undefined) return [];
    return [
      exchangeObject({
        id: arrayId(declared),
        definition: erase(clientAccessArray),
        server: null,
        version: first.version,
        attributes: { site: activeDirectorySite, fqdn: array.fqdn },
        origin: { server: at, fqdn: [...at, { attribute: 'fqdn' }] },
        dependsOn: [],
        existing: array.existing ?? false,
      }),
    ];
  });
