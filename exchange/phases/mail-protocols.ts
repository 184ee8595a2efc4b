import { connectionSettings } from '../mail-protocols';
import { exchangeObject } from '../exchange-object';
import { erase } from '../resources';
import { existsIn } from '../versions';
import { idOn, type Phase } from './phase';

/**
 * POP and IMAP settings of each server. They come after the certificate, because enabling a certificate for POP or IMAP
 * also sets the certificate name in these settings.
 */
export const mailProtocols: Phase = ({ placements }) =>
  placements.flatMap(({ server, path: at, protocols }) =>
    protocols.map(({ row, definition, host, path }) => {
      const settings = existsIn(row.connections, server.version) ? connectionSettings(row, host) : undefined;
      return exchangeObject({
        id: idOn(server, row.protocol),
        definition: erase(definition),
        server: server.name,
        version: server.version,
        attributes: {
          server: server.name,
          certificate_name: host,
          ...(settings === undefined
            ? {}
            : { external_connection_settings: settings, internal_connection_settings: settings }),
        },
        origin: {
          server: [...at, { attribute: 'name' }],
          certificate_name: path,
          external_connection_settings: path,
          internal_connection_settings: path,
        },
        dependsOn: [idOn(server, 'certificate')],
      });
    }),
  );
