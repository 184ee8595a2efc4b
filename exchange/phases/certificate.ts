import { path } from '../../schema';
import { ACCEPTABLE_FINDING_IDS } from '../certificate-checks/finding-ids';
import type { ExchangeObject } from '../element';
import { exchangeObject } from '../exchange-object';
import { requiredNamesOf } from '../required-names';
import { certificate as definition, erase } from '../resources';
import { includesName } from '../resources/equality';
import type { SiteCertificate } from '../site';
import type { PlacedCertificate, Placement, Topology } from '../topology';
import { idOn, type Phase } from './phase';

/** The certificates of each server, with their services. From this phase on, a server waits for the one before it. */
export const certificate: Phase = (topology) =>
  topology.placements.flatMap((placement) => certificatesOf(topology, placement));

/**
 * The certificates of a server, each depending on the one before, and the one for IIS last. Terraform applies a change
 * before it removes what the changed object depended on: so a certificate that leaves the declaration is removed only
 * after its services have moved to the one that stays.
 */
function certificatesOf(topology: Topology, placement: Placement): readonly ExchangeObject[] {
  const { certificates } = placement;
  const plain = certificates.filter(({ part }) => part === 'certificate');
  const inOrder = [...certificates.filter((one) => !plain.includes(one)), ...plain];
  return inOrder.map((one, index) => certificateOf(topology, placement, one, inOrder[index - 1]));
}

function certificateOf(
  topology: Topology,
  { server, path: at, previous, checks, maintenance }: Placement,
  certificate: PlacedCertificate,
  before: PlacedCertificate | undefined,
): ExchangeObject {
  const { declared, part } = certificate;
  const place = (...steps: readonly string[]) => [
    ...certificate.path,
    ...steps.map((attribute) => ({ attribute })),
  ];
  return exchangeObject({
    id: idOn(server, part),
    definition: erase(definition),
    server: server.name,
    version: server.version,
    certificate: certificate.name,
    maintenance,
    attributes: {
      server: server.name,
      pfx_file: declared.pfxFile,
      required_names: requiredNamesOf(topology, certificate, [server]),
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
      pfx_file: place('pfxFile'),
      required_names: place('names'),
      expected_thumbprint: place('thumbprint'),
      warn_before_expiry_days: place('warnBeforeExpiryDays'),
      accepted_findings: place('accepted'),
      private_key_exportable: place('privateKeyExportable'),
      services: place('services'),
      replace_default_smtp_certificate: place('replaceDefaultSmtpCertificate'),
      protocols: path('health', 'protocols'),
      timeout_seconds: path('health', 'timeoutSeconds'),
    },
    // The service connection point must hand out the right name before anything else on the server changes.
    dependsOn: [
      idOn(server, 'scp'),
      ...(before === undefined ? [] : [idOn(server, before.part)]),
      ...previous.map((name) => idOn({ name }, 'health')),
    ],
    existing: includesName(declared.existingOn, server.name),
  });
}

/** The acceptances of findings that a plan makes. The other acceptances belong to rules. */
function acceptedFindings({ accepted = {} }: SiteCertificate) {
  const found = ACCEPTABLE_FINDING_IDS.flatMap((id): [string, string][] => {
    const reason = accepted[id];
    return reason === undefined ? [] : [[id, reason]];
  });
  return found.length === 0 ? {} : { accepted_findings: Object.fromEntries(found) };
}
