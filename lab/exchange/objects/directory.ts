import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';
import type { DirectoryObject, OrganizationState } from '../state';
import { enumeration, guid as guidValue, objectVersion, textual } from './value';

/** Objects of Active Directory's configuration partition, in the form of the output of Exchange's cmdlets. */

export type Properties = { readonly [name: string]: PowerShellValue };

const ADMINISTRATIVE_GROUP = 'CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups';

export function domainPart(organization: OrganizationState): string {
  return organization.domain
    .split('.')
    .map((label) => `DC=${label}`)
    .join(',');
}

/** The distinguished name of the organization's container. */
export function organizationContainer(organization: OrganizationState): string {
  return `CN=${organization.name},CN=Microsoft Exchange,CN=Services,CN=Configuration,${domainPart(organization)}`;
}

export function administrativeGroup(organization: OrganizationState): string {
  return `${ADMINISTRATIVE_GROUP},${organizationContainer(organization)}`;
}

export function serverDn(organization: OrganizationState, server: string): string {
  return `CN=${server},CN=Servers,${administrativeGroup(organization)}`;
}

/** An identity. Its text can be passed to other cmdlets. */
export function adObjectId(
  organization: OrganizationState,
  text: string,
  distinguishedName: string,
  guid: string,
): PowerShellObject {
  const parts = distinguishedName.split(',');
  return textual('Microsoft.Exchange.Data.Directory.ADObjectId', text, {
    OrgHierarchyToIgnore: null,
    IsDeleted: false,
    Rdn: parts[0] ?? '',
    Parent: (parts[1] ?? '').replace(/^CN=/, ''),
    Depth: parts.length - 1,
    DistinguishedName: distinguishedName,
    IsRelativeDn: false,
    DomainId: organization.domain,
    PartitionGuid: guidValue(organization.domainGuid),
    PartitionFQDN: organization.domain,
    ObjectGuid: guidValue(guid),
    Name: (parts[0] ?? '').replace(/^CN=/, ''),
  });
}

export function serverId(organization: OrganizationState, server: string): PowerShellObject {
  const none = '00000000-0000-0000-0000-000000000000';
  return adObjectId(organization, server, serverDn(organization, server), none);
}

/** A class of the schema partition; its text is a canonical name. */
function schemaClass(organization: OrganizationState, name: string): PowerShellObject {
  const text = `${organization.domain}/Configuration/Schema/${name}`;
  const dn = `CN=${name},CN=Schema,CN=Configuration,${domainPart(organization)}`;
  return adObjectId(organization, text, dn, '00000000-0000-0000-0000-000000000000');
}

export interface DirectoryClass {
  /** Most derived first; the type names of every directory object are added. */
  readonly typeNames: readonly string[];
  /** The name of the schema object, for example `ms-Exch-OWA-Virtual-Directory`. */
  readonly category: string;
  readonly objectClass: readonly string[];
  /** The version that first wrote such objects: minor number and build. */
  readonly version: readonly [number, string];
}

const BASE_TYPES = [
  'Microsoft.Exchange.Data.Directory.ADObject',
  'Microsoft.Exchange.Data.Directory.ADRawEntry',
  'Microsoft.Exchange.Data.ConfigurableObject',
  'System.Object',
];

/**
 * An object of the directory: its own properties, then those that every object has.
 *
 * @param shows whether a property is part of the output. Left out: all are
 */
export function directoryObject(
  organization: OrganizationState,
  kind: DirectoryClass,
  state: DirectoryObject,
  identity: string,
  distinguishedName: string,
  own: Properties,
  shows: (property: string) => boolean = () => true,
): PowerShellObject {
  const id = () => adObjectId(organization, identity, distinguishedName, state.guid);
  const changed = () => new Date(state.changed);
  const created = () => new Date(state.created);
  const common: { readonly [name: string]: () => PowerShellValue } = {
    // Presentation objects lack this property.
    ...(kind.typeNames.some((name) => name.endsWith('.ADPresentationObject'))
      ? {}
      : { AdminDisplayName: () => '' }),
    ExchangeVersion: () => objectVersion(...kind.version),
    DistinguishedName: () => distinguishedName,
    Identity: id,
    Guid: () => guidValue(state.guid),
    ObjectCategory: () => schemaClass(organization, kind.category),
    ObjectClass: () => kind.objectClass,
    WhenChanged: changed,
    WhenCreated: created,
    WhenChangedUTC: changed,
    WhenCreatedUTC: created,
    OrganizationId: () =>
      textual('Microsoft.Exchange.Data.Directory.OrganizationId', '', {
        OrganizationalUnit: null,
        ConfigurationUnit: null,
        IsConsumerOrganization: false,
        IdForEventLog: '',
      }),
    Id: id,
    OriginatingServer: () => organization.domainController,
    IsValid: () => true,
    ObjectState: () => enumeration('Microsoft.Exchange.Data.ObjectState', 'Unchanged', 1),
  };
  const properties: { [name: string]: PowerShellValue } = { Name: state.name, ...own };
  for (const [name, make] of Object.entries(common)) if (shows(name)) properties[name] = make();
  return { typeNames: [...kind.typeNames, ...BASE_TYPES], text: identity, properties };
}
