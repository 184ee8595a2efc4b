import { formatPath, path, type Path } from '../../schema';
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
import { declarationFormFindings } from '../declaration-form';
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

/**
 * The rules, in the order in which people should read their findings: first spelling, then meaning. Beside each rule
 * stands what it ensures.
 */
export const RULES: readonly Rule[] = [
  declarationForm, // The declaration has the properties of its type, and no others.
  certificateName, // Names of several certificates can become parts of addresses and variables.
  plainCharacters, // No hidden or typographic characters.
  certificateThumbprint, // A thumbprint is 40 hexadecimal digits.
  oneNameEach, // Each text holds one name.
  trailingDot, // Names do not end in a dot.
  serverMissing, // The site has a server.
  serverName, // Server names are computer names.
  serverFqdn, // An FQDN is the computer name with its domain.
  addressSyntax, // Addresses are IP addresses that clients can reach.
  subnetSyntax, // Subnets are written with a prefix length.
  namespaceHost, // A namespace is a host name with its domain.
  certificateNames, // Names on certificates are host names or wildcards.
  dagName, // A DAG has a valid computer name, which no server has.
  serverTwice, // Servers do not share a name, FQDN or address.
  rolloutWaves, // The waves hold each server once.
  rolloutWaveWhole, // No wave holds a whole DAG or datacentre.
  datacentre, // Each entry of `datacentres` belongs to servers, and is declared once.
  subnetOverlap, // Subnets do not overlap.
  subnetServer, // The addresses of a server are in the subnets of its datacentre.
  serverDatacentre, // The datacentre that a server names is declared, if any is.
  namespaceIsServer, // A name shared by servers is not the FQDN of one of them.
  alsoPublished, // A further name is not also in use.
  failback, // A failback name is used for nothing else, and by a server that has a FailbackUrl.
  namespaceUnused, // Every declared name is in use.
  namespaceOld, // Names of newer servers do not also resolve to servers before 2013.
  legacyClients, // How ActiveSync reaches mailboxes on 2007 is declared where there is a choice, and can work.
  legacyName, // A server of 2007 beside newer ones has external names of its own.
  namespaceZone, // Every name is in a zone of its view, or the view says why not.
  namedInDns, // Names in `virtualIps`, `elsewhere` and `notPublished` are names of the site.
  publishingUnused, // Every setting of `publish`, `elsewhere` and `notPublished` has an effect.
  zone, // Zones are valid, and no two views write to the same one.
  zoneKerberos, // Settings for Kerberos updates are complete and consistent.
  recordTtl, // The TTL is a whole number of seconds.
  furtherRecord, // Further records are valid and do not conflict.
  existingRecord, // Record sets to import are managed in their view.
  existingObject, // Memberships and certificates to import are declared.
  virtualAddress, // A virtual address is not the address of a server.
  externalAddress, // The external view publishes no private address.
  loadBalancerLayer, // At layer 4 each name has an address of its own.
  nlb, // NLB clusters are valid, and no host is in a DAG.
  nlbServicePack, // NLB hosts of 2007 have SP1.
  nlbMailCertificate, // Where NLB balances POP or IMAP, every host has a certificate for it.
  reverseProxy, // The reverse proxy is a separate machine that some external name leads to.
  reverseProxyMail, // No POP or IMAP name leads to an ARR proxy.
  reverseProxyCertificate, // The certificate of the reverse proxy covers the names that lead to it.
  reverseProxySignIn, // Internal Outlook is not led to a proxy with a sign-in form.
  reverseProxyWpad, // The listener leaves port 80 of the WPAD address free.
  certificateServers, // The servers of a certificate are declared.
  certificateMissing, // Every server has a certificate.
  certificateDeclaredTwice, // No certificate is declared twice.
  certificateServiceTwice, // A service has one certificate on a server.
  certificateServiceVersion, // Services of a certificate exist on its servers.
  certificateExisting, // A certificate to import can be identified.
  certificateExportable, // `privateKeyExportable` is declared only where it can be set.
  certificateCoverage, // Certificates cover the published names.
  certificateFile, // The certificate file can be read, and holds no private key.
  certificateFileThumbprint, // The thumbprint matches the certificate file.
  certificateServerName, // Certificates hold no names of servers.
  certificateInternalName, // Names on certificates can be registered by somebody.
  certificateZone, // Names on certificates are in declared zones.
  certificateIis, // Each server has a certificate for IIS.
  certificateWildcard, // No wildcard certificate is enabled for POP or IMAP.
  certificateMailName, // A certificate for POP or IMAP holds the name in `mailProtocols`.
  certificateMailProtocol, // A certificate with the name of POP or IMAP has that service.
  certificateMailExchanger, // Servers that receive mail have a certificate for SMTP.
  autodiscoverScope, // The sites meant by `own` are declared.
  outlookProvider, // The name that Outlook expects is on the certificate.
  clientAccessArray, // Client access arrays belong to one site of 2010 servers, with an internal name of their own.
  dagDistinct, // DAGs share no name, member or witness folder.
  dagMembers, // DAG members are declared and have one version.
  dagUpgrade, // DAG members have different versions only during an update in place.
  dagAddresses, // DAG addresses are used for nothing else.
  dagSubnets, // A DAG has one address in each subnet of its members.
  dagWitness, // Witnesses are not members of the DAG.
  dagStretched, // A DAG over several datacentres has an alternate witness.
  databases, // Databases have unique names and files, and are held by members.
  endpoint, // Endpoints are URLs without a password.
  serverEndpoint, // Only servers of 2007 and 2010 have endpoints, each its own.
  serverEndpointMissing, // Servers of 2007 have an endpoint.
  serviceVersion, // Declared services exist in the version of the server.
  healthFromRunner, // What the runner checks, a server can show.
  healthReplication, // Replication is checked only of DAG members.
  healthConnectivity, // Connectivity tests have a server, and what they need.
  healthConnectivityOld, // Test-OutlookWebServices runs only where Microsoft documents it as functional.
  webAuthentication, // Outlook on the web and ECP sign in alike.
  sslOffload, // SSL offloading is possible, and something ends TLS.
  maintenance, // A server in maintenance can be drained, and another one takes over.
  maintenanceRoundRobin, // Servers with maintenance are behind a load balancer.
  maintenanceMailProtocols, // Servers with maintenance offer no POP or IMAP.
  serverBuild, // The build fits the version and the declared features.
  versionCmdlets, // Every cmdlet and parameter exists in the declared version.
  attributeValue, // Values pass the checks that the provider would make at plan.
];

/** Checks that a declaration has the right form. If it has not, no other rule can run. */
export function checkForm(site: ExchangeSiteProps): readonly SiteDiagnostic[] {
  return declarationFormFindings(site).map((finding) => diagnosticOf(declarationForm, finding));
}

/**
 * The findings of all rules. If a value is misspelled, findings of later rules about it are left out, because they
 * would only be consequences.
 */
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
  const accepts = ({ certificate, id }: (typeof acceptances)[number], { rule, path: at }: SiteDiagnostic) =>
    rule === id && isWithin(at, certificate.path);
  const remaining = diagnostics.filter(
    (diagnostic) => !acceptances.some((acceptance) => accepts(acceptance, diagnostic)),
  );
  return [
    ...withoutRepeats(withChangedSeverities(input.site, remaining)),
    ...acceptances
      .filter((acceptance) => !diagnostics.some((diagnostic) => accepts(acceptance, diagnostic)))
      .map(({ certificate, id }) => unneededAcceptance(id, [...certificate.path, ...path('accepted', id)])),
  ];
}

/** Leaves out what a rule that repeats others found at the place of an error of another rule. */
function withoutRepeats(diagnostics: readonly SiteDiagnostic[]): readonly SiteDiagnostic[] {
  const repeating = RULES.filter(({ repeats }) => repeats === true).map(({ id }) => id);
  const isRepeat = ({ rule }: SiteDiagnostic) => repeating.includes(rule);
  const wrong = new Set(
    diagnostics
      .filter((diagnostic) => diagnostic.severity === 'error' && !isRepeat(diagnostic))
      .map(({ path: at }) => formatPath(at)),
  );
  return diagnostics.filter((diagnostic) => !isRepeat(diagnostic) || !wrong.has(formatPath(diagnostic.path)));
}

/** Applies `rules` of the site: changes severities, and removes accepted findings. */
function withChangedSeverities(
  { rules = {} }: ExchangeSiteProps,
  diagnostics: readonly SiteDiagnostic[],
): readonly SiteDiagnostic[] {
  const changes = new Map(Object.entries(rules));
  const isAccepted = (id: string) => typeof changes.get(id) === 'object';
  const remaining = diagnostics
    .filter(({ rule }) => !isAccepted(rule))
    .map((diagnostic) => {
      const severity = changes.get(diagnostic.rule);
      return severity === 'error' || severity === 'warning' ? { ...diagnostic, severity } : diagnostic;
    });
  const unneeded = [...changes.keys()].filter(
    (id) => isAccepted(id) && !diagnostics.some(({ rule }) => rule === id),
  );
  return [...remaining, ...unneeded.map((id) => unneededAcceptance(id, path('rules', id)))];
}

function isWithin(at: Path, part: Path): boolean {
  return part.every((step, index) => JSON.stringify(step) === JSON.stringify(at[index]));
}

function isAcceptable(rule: string): boolean {
  return (ACCEPTABLE_RULE_IDS as readonly string[]).includes(rule);
}

function unneededAcceptance(id: string, at: Path): SiteDiagnostic {
  return {
    rule: 'acceptance-unneeded',
    severity: 'warning',
    path: at,
    summary: `the acceptance of '${id}' has no effect: nothing is found any more that it would accept`,
    detail: 'take it out; otherwise the problem would stay hidden if it came back',
  };
}

function diagnosticOf(rule: Rule, { path: at, problem, remedy }: Finding): SiteDiagnostic {
  const place = acceptancePlace(rule.id, at);
  const detail = place === undefined ? remedy : `${remedy}; or accept it with a reason: ${place}`;
  return { rule: rule.id, severity: rule.severity, path: at, summary: problem, detail };
}

/** The property to declare in order to accept a finding; undefined where it cannot be accepted. */
function acceptancePlace(id: string, at: Path): string | undefined {
  if (isAcceptable(id)) {
    // The last attribute of the path is a property of a certificate: `certificate.services`,
    // `certificate.web.names[0]`.
    const property = at.findLastIndex((step) => 'attribute' in step);
    return `${formatPath(at.slice(0, property))}.accepted: { '${id}': '<reason>' }`;
  }
  return CHANGEABLE_RULE_IDS.some((changeable) => changeable === id)
    ? `rules: { '${id}': { accepted: '<reason>' } }`
    : undefined;
}
