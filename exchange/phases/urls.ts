import { path } from '../../schema';
import type { ExchangeObject } from '../element';
import { exchangeObject } from '../exchange-object';
import { urlOf } from '../namespaces';
import { erase, isIn, outlookAnywhere, outlookAnywhere2010 } from '../resources';
import type { PlacedDirectory, Placement } from '../topology';
import { idOn, type Phase } from './phase';

/** The URLs and host names of each server: Outlook Anywhere, then the virtual directories. */
export const urls: Phase = ({ placements }) =>
  placements.flatMap((placement) => [
    ...outlookAnywhereOf(placement),
    ...placement.directories.map((directory) => directoryOf(placement, directory)),
  ]);

function outlookAnywhereOf(placement: Placement): readonly ExchangeObject[] {
  if (isIn(outlookAnywhere, placement.server.version)) return [alwaysOn(placement)];
  const { enabled } = placement.outlookAnywhere;
  return enabled === undefined ? [] : [switched(placement, enabled)];
}

/** Outlook Anywhere of Exchange 2007 and 2010. */
function switched(
  {
    server,
    path: at,
    maintenance,
    sslOffload,
    outlookAnywhere: { hosts, externalAuthentication },
  }: Placement,
  enabled: boolean,
): ExchangeObject {
  return exchangeObject({
    id: idOn(server, 'outlook-anywhere'),
    definition: erase(outlookAnywhere2010),
    server: server.name,
    version: server.version,
    maintenance,
    attributes: {
      server: server.name,
      enabled,
      ...(enabled
        ? {
            external_hostname: hosts.external,
            ssl_offloading: sslOffload?.isOn ?? false,
            client_authentication_method: externalAuthentication,
          }
        : {}),
    },
    origin: {
      server: [...at, { attribute: 'name' }],
      enabled: [...at, { attribute: 'outlookAnywhere' }],
      external_hostname: hosts.externalPath,
      ...(sslOffload === undefined ? {} : { ssl_offloading: sslOffload.path }),
      client_authentication_method: path('outlookAnywhere', 'externalAuthentication'),
    },
    dependsOn: [idOn(server, 'certificate')],
  });
}

/** Outlook Anywhere of Exchange 2013 and later. */
function alwaysOn({
  server,
  path: at,
  maintenance,
  sslOffload,
  outlookAnywhere: declared,
}: Placement): ExchangeObject {
  const { hosts, internalAuthentication, externalAuthentication } = declared;
  return exchangeObject({
    id: idOn(server, 'outlook-anywhere'),
    definition: erase(outlookAnywhere),
    server: server.name,
    version: server.version,
    maintenance,
    attributes: {
      server: server.name,
      internal_hostname: hosts.internal,
      internal_clients_require_ssl: true,
      internal_client_authentication_method: internalAuthentication,
      external_hostname: hosts.external,
      external_clients_require_ssl: true,
      external_client_authentication_method: externalAuthentication,
      ...(sslOffload === undefined ? {} : { ssl_offloading: sslOffload.isOn }),
    },
    origin: {
      server: [...at, { attribute: 'name' }],
      internal_hostname: hosts.internalPath,
      external_hostname: hosts.externalPath,
      internal_client_authentication_method: path('outlookAnywhere', 'internalAuthentication'),
      external_client_authentication_method: path('outlookAnywhere', 'externalAuthentication'),
      ...(sslOffload === undefined ? {} : { ssl_offloading: sslOffload.path }),
    },
    dependsOn: [idOn(server, 'certificate')],
  });
}

function directoryOf(
  { server, path: at, maintenance, mapiAuthentication: methods }: Placement,
  { row, definition, hosts, failback, authentication }: PlacedDirectory,
): ExchangeObject {
  return exchangeObject({
    id: idOn(server, row.service),
    definition: erase(definition),
    server: server.name,
    version: server.version,
    maintenance,
    attributes: {
      server: server.name,
      ...(hosts === undefined
        ? {}
        : {
            internal_url: urlOf(row.service, hosts.internal),
            external_url: urlOf(row.service, hosts.external),
          }),
      ...(failback === undefined ? {} : { failback_url: urlOf(row.service, failback.host) }),
      ...(row.authenticationMethods && methods !== undefined ? { iis_authentication_methods: methods } : {}),
      ...Object.fromEntries(authentication.map(({ attribute, isOn }) => [attribute, isOn])),
    },
    origin: {
      server: [...at, { attribute: 'name' }],
      ...(hosts === undefined ? {} : { internal_url: hosts.internalPath, external_url: hosts.externalPath }),
      ...(failback === undefined ? {} : { failback_url: failback.path }),
      iis_authentication_methods: path('mapiAuthentication'),
      ...Object.fromEntries(authentication.map(({ attribute, path: declared }) => [attribute, declared])),
    },
    dependsOn: [idOn(server, 'certificate')],
  });
}
