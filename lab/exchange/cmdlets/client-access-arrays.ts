import { ExchangeVersion } from '../../../exchange/versions';
import type { PowerShellObject } from '../../../powershell/outcome';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { newObject } from '../new-object';
import {
  administrativeGroup,
  adObjectId,
  directoryObject,
  domainPart,
  serverId,
  type DirectoryClass,
} from '../objects/directory';
import type { DirectoryObject } from '../state';
import { versionOf } from './virtual-directories';

const CONFIGURATION = 'Microsoft.Exchange.Data.Directory.SystemConfiguration';

const ARRAY_CLASS: DirectoryClass = {
  typeNames: [`${CONFIGURATION}.ClientAccessArray`, `${CONFIGURATION}.ADConfigurationObject`],
  category: 'ms-Exch-Client-Access-Array',
  objectClass: ['top', 'msExchClientAccessArray'],
  version: [1, '8.0.535.0'],
};

const NOWHERE = '00000000-0000-0000-0000-000000000000';

const siteOf = ({ settings }: DirectoryObject) => settings['Site'] as string;
const fqdnOf = ({ settings }: DirectoryObject) => settings['Fqdn'] as string;

function same(left: string, right: string | undefined): boolean {
  return left.toLowerCase() === right?.toLowerCase();
}

/** The Active Directory site that the call names; the lab knows only sites with servers. */
function theSite(call: Call): string {
  const wanted = call.text('Site') ?? '';
  const found = [...call.draft.servers.values()].map(({ site }) => site).find((site) => same(site, wanted));
  if (found === undefined) throw call.notFound(wanted);
  return found;
}

/**
 * Finds an array by name, as on the pages of Get- and Set-ClientAccessArray, or by FQDN, as on that of Remove-. That
 * Set- takes the FQDN too, which this product sends, is (unverified): the parameter has the same type,
 * ClientAccessArrayIdParameter.
 */
function theArray(call: Call): DirectoryObject {
  const identity = call.text('Identity') ?? '';
  const found = call.organization.clientAccessArrays.find(
    (array) => same(array.name, identity) || same(fqdnOf(array), identity) || array.guid === identity,
  );
  if (found === undefined) throw call.notFound(identity);
  return found;
}

/** The properties besides Name, Fqdn and Site are (unverified). */
function show(call: Call, array: DirectoryObject): PowerShellObject {
  const { organization } = call;
  const site = siteOf(array);
  const members = [...call.draft.servers.values()].filter(
    (server) => server.site === site && versionOf(server) === ExchangeVersion.V2010,
  );
  return directoryObject(
    organization,
    ARRAY_CLASS,
    array,
    array.name,
    `CN=${array.name},CN=Arrays,${administrativeGroup(organization)}`,
    {
      Fqdn: fqdnOf(array),
      Site: adObjectId(
        organization,
        `${organization.domain}/Configuration/Sites/${site}`,
        `CN=${site},CN=Sites,CN=Configuration,${domainPart(organization)}`,
        NOWHERE,
      ),
      SiteName: site,
      Members: members.map(({ name }) => serverId(organization, name)),
    },
  );
}

function get(call: Call): void {
  if (call.has('Identity')) {
    call.write(show(call, theArray(call)));
    return;
  }
  const site = call.has('Site') ? theSite(call) : undefined;
  for (const array of call.organization.clientAccessArrays) {
    if (site === undefined || siteOf(array) === site) call.write(show(call, array));
  }
}

/**
 * Each site has at most one array. The words in which a second one is refused, and that two sites cannot share an FQDN,
 * are (unverified).
 */
function refuseTaken(call: Call, others: readonly DirectoryObject[], site: string, fqdn: string): void {
  const taken = others.find((array) => siteOf(array) === site || same(fqdnOf(array), fqdn));
  if (taken === undefined) return;
  throw call.error(
    'ADObjectAlreadyExistsException',
    `There is an array '${taken.name}' in ${siteOf(taken)} already.`,
  );
}

/**
 * Without a name, the array is named after the first label of its FQDN: the first example of New-ClientAccessArray's
 * page.
 */
function create(call: Call): void {
  const site = theSite(call);
  const fqdn = call.text('Fqdn') ?? '';
  const { clientAccessArrays } = call.organization;
  refuseTaken(call, clientAccessArrays, site, fqdn);
  const name = call.text('Name') ?? fqdn.split('.')[0] ?? '';
  const array = newObject(name, call.now, { Fqdn: fqdn, Site: site });
  clientAccessArrays.push(array);
  call.write(show(call, array));
}

function set(call: Call): void {
  const array = theArray(call);
  const site = call.has('Site') ? theSite(call) : siteOf(array);
  const fqdn = call.text('Fqdn') ?? fqdnOf(array);
  const others = call.organization.clientAccessArrays.filter((other) => other !== array);
  refuseTaken(call, others, site, fqdn);
  array.name = call.text('Name') ?? array.name;
  Object.assign(array.settings, { Fqdn: fqdn, Site: site });
  call.touch(array);
}

function remove(call: Call): void {
  const array = theArray(call);
  call.confirm(`Remove the client access array ${array.name}?`);
  const { organization } = call;
  organization.clientAccessArrays = organization.clientAccessArrays.filter((other) => other !== array);
}

export const clientAccessArrays: readonly CmdletBehaviour[] = [
  reads('Get-ClientAccessArray', get),
  changes('New-ClientAccessArray', create),
  changes('Set-ClientAccessArray', set),
  changes('Remove-ClientAccessArray', remove),
];
