import { formatPath, path, type Path, type PathStep } from '../../schema';
import type { ExchangeSiteProps } from '../site';
import { addressSyntax } from './address-syntax';
import { alsoPublished } from './also-published';
import { attributeValue } from './attribute-value';
import { autodiscoverScope } from './autodiscover-scope';
import { certificateCoverage } from './certificate-coverage';
import { certificateDeclaredTwice } from './certificate-declared-twice';
import { certificateExisting } from './certificate-existing';
import { certificateExportable } from './certificate-exportable';
import { certificateFile } from './certificate-file';
import { certificateFileThumbprint } from './certificate-file-thumbprint';
import { certificateIis } from './certificate-iis';
import { certificateInternalName } from './certificate-internal-name';
import { certificateMailExchanger } from './certificate-mail-exchanger';
import { certificateMailName } from './certificate-mail-name';
import { certificateMailProtocol } from './certificate-mail-protocol';
import { certificateMissing } from './certificate-missing';
import { certificateName } from './certificate-name';
import { certificateNames } from './certificate-names';
import { certificateServerName } from './certificate-server-name';
import { certificateServers } from './certificate-servers';
import { certificateServiceTwice } from './certificate-service-twice';
import { certificateServiceVersion } from './certificate-service-version';
import { certificateThumbprint } from './certificate-thumbprint';
import { certificateWildcard } from './certificate-wildcard';
import { certificateZone } from './certificate-zone';
import { clientAccessArray } from './client-access-array';
import { dagAddresses } from './dag-addresses';
import { dagDistinct } from './dag-distinct';
import { dagMembers } from './dag-members';
import { dagName } from './dag-name';
import { dagStretched } from './dag-stretched';
import { dagSubnets } from './dag-subnets';
import { dagUpgrade } from './dag-upgrade';
import { dagWitness } from './dag-witness';
import { databases } from './databases';
import { datacentre } from './datacentre';
import { declarationMisfits } from '../declaration-form';
import { declarationForm } from './declaration-form';
import { endpoint } from './endpoint';
import { existingObject } from './existing-object';
import { existingRecord } from './existing-record';
import { externalAddress } from './external-address';
import { failback } from './failback';
import { furtherRecord } from './further-record';
import { healthConnectivity } from './health-connectivity';
import { healthConnectivityOld } from './health-connectivity-old';
import { healthFromRunner } from './health-from-runner';
import { healthReplication } from './health-replication';
import { legacyClients } from './legacy-clients';
import { legacyName } from './legacy-name';
import { loadBalancerLayer } from './load-balancer-layer';
import { maintenance } from './maintenance';
import { maintenanceMailProtocols } from './maintenance-mail-protocols';
import { maintenanceRoundRobin } from './maintenance-round-robin';
import { namedInDns } from './named-in-dns';
import { namespaceHost } from './namespace-host';
import { namespaceIsServer } from './namespace-is-server';
import { namespaceOld } from './namespace-old';
import { namespaceUnused } from './namespace-unused';
import { namespaceZone } from './namespace-zone';
import { nlb } from './nlb';
import { nlbMailCertificate } from './nlb-mail-certificate';
import { nlbServicePack } from './nlb-service-pack';
import { oneNameEach } from './one-name-each';
import { outlookProvider } from './outlook-provider';
import { plainCharacters } from './plain-characters';
import { publishingUnused } from './publishing-unused';
import { recordTtl } from './record-ttl';
import { reverseProxy } from './reverse-proxy';
import { reverseProxyCertificate } from './reverse-proxy-certificate';
import { reverseProxyMail } from './reverse-proxy-mail';
import { reverseProxySignIn } from './reverse-proxy-sign-in';
import { reverseProxyWpad } from './reverse-proxy-wpad';
import { rolloutWaveWhole } from './rollout-wave-whole';
import { rolloutWaves } from './rollout-waves';
import { ACCEPTABLE_RULE_IDS, CHANGEABLE_RULE_IDS } from './rule-ids';
import type { Finding, Rule, RuleInput, SiteDiagnostic } from './rule';
import { serverDatacentre } from './server-datacentre';
import { serverBuild } from './server-build';
import { serverEndpoint } from './server-endpoint';
import { serverEndpointMissing } from './server-endpoint-missing';
import { serverFqdn } from './server-fqdn';
import { serverMissing } from './server-missing';
import { serverName } from './server-name';
import { serverTwice } from './server-twice';
import { serviceVersion } from './service-version';
import { sslOffload } from './ssl-offload';
import { subnetOverlap } from './subnet-overlap';
import { subnetServer } from './subnet-server';
import { subnetSyntax } from './subnet-syntax';
import { trailingDot } from './trailing-dot';
import { versionCmdlets } from './version-cmdlets';
import { virtualAddress } from './virtual-address';
import { webAuthentication } from './web-authentication';
import { zone } from './zone';
import { zoneKerberos } from './zone-kerberos';

export * from './rule';

/** In the order in which people should read what they find: how things are spelled, then what they mean. */
export const RULES: readonly Rule[] = [
  declarationForm,
  certificateName,
  plainCharacters,
  certificateThumbprint,
  oneNameEach,
  trailingDot,
  serverMissing,
  serverName,
  serverFqdn,
  addressSyntax,
  subnetSyntax,
  namespaceHost,
  certificateNames,
  dagName,
  serverTwice,
  rolloutWaves,
  rolloutWaveWhole,
  datacentre,
  subnetOverlap,
  subnetServer,
  serverDatacentre,
  namespaceIsServer,
  alsoPublished,
  failback,
  namespaceUnused,
  namespaceOld,
  legacyClients,
  legacyName,
  namespaceZone,
  namedInDns,
  publishingUnused,
  zone,
  zoneKerberos,
  recordTtl,
  furtherRecord,
  existingRecord,
  existingObject,
  virtualAddress,
  externalAddress,
  loadBalancerLayer,
  nlb,
  nlbServicePack,
  nlbMailCertificate,
  reverseProxy,
  reverseProxyMail,
  reverseProxyCertificate,
  reverseProxySignIn,
  reverseProxyWpad,
  certificateServers,
  certificateMissing,
  certificateDeclaredTwice,
  certificateServiceTwice,
  certificateServiceVersion,
  certificateExisting,
  certificateExportable,
  certificateCoverage,
  certificateFile,
  certificateFileThumbprint,
  certificateServerName,
  certificateInternalName,
  certificateZone,
  certificateIis,
  certificateWildcard,
  certificateMailName,
  certificateMailProtocol,
  certificateMailExchanger,
  autodiscoverScope,
  outlookProvider,
  clientAccessArray,
  dagDistinct,
  dagMembers,
  dagUpgrade,
  dagAddresses,
  dagSubnets,
  dagWitness,
  dagStretched,
  databases,
  endpoint,
  serverEndpoint,
  serverEndpointMissing,
  serviceVersion,
  healthFromRunner,
  healthReplication,
  healthConnectivity,
  healthConnectivityOld,
  webAuthentication,
  sslOffload,
  maintenance,
  maintenanceRoundRobin,
  maintenanceMailProtocols,
  serverBuild,
  versionCmdlets,
  attributeValue,
];

/** Why nothing can be made of a declaration: it has not the form of one. */
export function checkForm(site: ExchangeSiteProps): readonly SiteDiagnostic[] {
  return declarationMisfits(site).map((finding) => diagnosticOf(declarationForm, finding));
}

/** What all rules find. A value that is misspelled is not looked at by later rules: they would find what follows. */
export function checkRules(input: RuleInput): readonly SiteDiagnostic[] {
  const misspelled = new Set<string>();
  const diagnostics = RULES.flatMap((rule) => {
    const found = rule.check(input).filter(({ path }) => !misspelled.has(formatPath(path)));
    if (rule.spelling === true) found.forEach(({ path }) => misspelled.add(formatPath(path)));
    return found.map((finding) => diagnosticOf(rule, finding));
  });
  const acceptances = input.certificates.flatMap((certificate) =>
    ACCEPTABLE_RULE_IDS.filter((id) => certificate.declared.accepted?.[id] !== undefined).map((id) => ({
      certificate,
      id,
    })),
  );
  const takes = ({ certificate, id }: (typeof acceptances)[number], { rule, path: at }: SiteDiagnostic) =>
    rule === id && isWithin(at, certificate.path);
  const left = diagnostics.filter(
    (diagnostic) => !acceptances.some((acceptance) => takes(acceptance, diagnostic)),
  );
  return [
    ...weighed(input.site, left),
    ...acceptances
      .filter((acceptance) => !diagnostics.some((diagnostic) => takes(acceptance, diagnostic)))
      .map(({ certificate, id }) => unneededAcceptance(id, [...certificate.path, ...path('accepted', id)])),
  ];
}

/** As `rules` of the site has it. */
function weighed(
  { rules = {} }: ExchangeSiteProps,
  diagnostics: readonly SiteDiagnostic[],
): readonly SiteDiagnostic[] {
  const changes = new Map(Object.entries(rules));
  const isAccepted = (id: string) => typeof changes.get(id) === 'object';
  const left = diagnostics
    .filter(({ rule }) => !isAccepted(rule))
    .map((diagnostic) => {
      const severity = changes.get(diagnostic.rule);
      return severity === 'error' || severity === 'warning' ? { ...diagnostic, severity } : diagnostic;
    });
  const unneeded = [...changes.keys()].filter(
    (id) => isAccepted(id) && !diagnostics.some(({ rule }) => rule === id),
  );
  return [...left, ...unneeded.map((id) => unneededAcceptance(id, path('rules', id)))];
}

function isWithin(at: Path, part: Path): boolean {
  return part.every((step, index) => sameStep(step, at[index]));
}

function sameStep(step: PathStep, other: PathStep | undefined): boolean {
  return other !== undefined && JSON.stringify(step) === JSON.stringify(other);
}

function isAcceptable(rule: string): boolean {
  return (ACCEPTABLE_RULE_IDS as readonly string[]).includes(rule);
}

function unneededAcceptance(id: string, at: Path): SiteDiagnostic {
  return {
    rule: 'acceptance-unneeded',
    severity: 'warning',
    path: at,
    summary: `nothing is found any more that '${id}' would accept`,
    detail: 'take it out, so that it is said when it comes again',
  };
}

function diagnosticOf(rule: Rule, { path: at, problem, remedy }: Finding): SiteDiagnostic {
  const place = acceptancePlace(rule.id, at);
  const detail = place === undefined ? remedy : `${remedy}; or say why it is right: ${place}`;
  return { rule: rule.id, severity: rule.severity, path: at, summary: problem, detail };
}

/** What is written where a finding is right as it is; undefined where none is. */
function acceptancePlace(id: string, at: Path): string | undefined {
  if (isAcceptable(id)) {
    // Within a certificate: `certificate.services`, `certificate.web.names[0]`. The last one: it may be called `names`.
    const property = at.findLastIndex(
      (step) => 'attribute' in step && ['names', 'services'].includes(step.attribute),
    );
    return `${formatPath(at.slice(0, property))}.accepted: { '${id}': '<reason>' }`;
  }
  return CHANGEABLE_RULE_IDS.some((changeable) => changeable === id)
    ? `rules: { '${id}': { accepted: '<reason>' } }`
    : undefined;
}
