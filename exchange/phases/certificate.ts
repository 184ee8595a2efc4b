import { path } from '../../schema';
import { ACCEPTABLE_FINDING_IDS } from '../certificate-checks/finding-ids';
import type { ExchangeObject } from '../element';
import { exchangeObject } from '../exchange-object';
import { requiredNames } from '../required-names';
import { certificate as definition, erase } from '../resources';
import { includesName } from '../resources/equality';
import type { SiteCertificate } from '../site';
import type { Placement, Topology } from '../topology';
import { idOn, type Phase } from './phase';

/** The certificate of each server, with its services. From here on a server waits for the one before it. */
export const certificate: Phase = (topology) =>
  topology.placements.map((placement) => certificateOf(topology, placement));

function certificateOf({ site }: Topology, placement: Placement): ExchangeObject {
  const { server, path: at, previous, certificate: declared, checks } = placement;
  return exchangeObject({
    id: idOn(server, 'certificate'),
    definition: erase(definition),
    server: server.name,
    version: server.version,
    attributes: {
      server: server.name,
      pfx_file: declared.pfxFile,
      required_names: requiredNames(site),
      ...(declared.thumbprint === undefined ? {} : { expected_thumbprint: declared.thumbprint }),
      ...(declared.warnBeforeExpiryDays === undefined
        ? {}
        : { warn_before_expiry_days: declared.warnBeforeExpiryDays }),
      ...acceptedFindings(declared),
      ...(declared.privateKeyExportable === undefined
        ? {}
        : { private_key_exportable: declared.privateKeyExportable }),
      services: declared.services,
      ...(declared.replaceDefaultSmtpCertificate === undefined
        ? {}
        : { replace_default_smtp_certificate: declared.replaceDefaultSmtpCertificate }),
      ...checks,
    },
    origin: {
      server: [...at, { attribute: 'name' }],
      pfx_file: path('certificate', 'pfxFile'),
      required_names: path('certificate', 'names'),
      expected_thumbprint: path('certificate', 'thumbprint'),
      warn_before_expiry_days: path('certificate', 'warnBeforeExpiryDays'),
      accepted_findings: path('certificate', 'accepted'),
      services: path('certificate', 'services'),
      protocols: path('health', 'protocols'),
      timeout_seconds: path('health', 'timeoutSeconds'),
    },
    // Clients must have the right name from the service connection point before anything else of the server is done.
    dependsOn: [idOn(server, 'scp'), ...(previous === undefined ? [] : [idOn({ name: previous }, 'health')])],
    existing: includesName(declared.existingOn, server.name),
  });
}

/** Those that a plan finds; the others are the rules'. */
function acceptedFindings({ accepted = {} }: SiteCertificate) {
  const found = ACCEPTABLE_FINDING_IDS.flatMap((id): [string, string][] => {
    const reason = accepted[id];
    return reason === undefined ? [] : [[id, reason]];
  });
  return found.length === 0 ? {} : { accepted_findings: Object.fromEntries(found) };
}
