import type { CatalogCmdlet } from '../../../exchange/versions';
import type { PowerShellValue } from '../../../powershell/outcome';
import type { Json, Settings } from '../state';
import { configurationEnum, flagsEnum, localPath, textual, timeSpan } from './value';

/** Properties that are lists of authentication methods; the catalog calls them multi-valued only. */
const AUTHENTICATION = /AuthenticationMethods?$/;

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-outlookanywhere, in the enum's order. */
export const AUTHENTICATION_METHODS = [
  'Basic',
  'Digest',
  'Ntlm',
  'Fba',
  'WindowsIntegrated',
  'LiveIdFba',
  'LiveIdBasic',
  'WSSecurity',
  'Certificate',
  'NegoEx',
  'OAuth',
  'Adfs',
  'Kerberos',
  'Negotiate',
  'LiveIdNegotiate',
  'Misconfigured',
] as const;

/**
 * Settings in the forms in which a Get cmdlet shows them. What a property is follows from the parameter of the
 * Set cmdlet that has its name; properties without such a parameter are shown as they are kept.
 */
export function shown(
  setCmdlet: CatalogCmdlet | undefined,
  settings: Settings,
): { [name: string]: PowerShellValue } {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, form(setCmdlet, name, value)]),
  );
}

function form(setCmdlet: CatalogCmdlet | undefined, name: string, value: Json): PowerShellValue {
  if (value === null) return null;
  if (AUTHENTICATION.test(name)) {
    return Array.isArray(value) ? (value as string[]).map(authentication) : authentication(value as string);
  }
  const parameter = setCmdlet?.parameter(name);
  switch (parameter?.type) {
    case 'EnhancedTimeSpan':
    case 'TimeSpan':
      return timeSpan(String(value));
    case 'LocalLongFullPath':
    case 'NonRootLocalLongFullPath':
      return localPath(String(value));
    case 'ByteQuantifiedSize':
      return textual('Microsoft.Exchange.Data.ByteQuantifiedSize', String(value));
    case 'Unlimited':
      return textual('Microsoft.Exchange.Data.Unlimited`1', String(value));
    case 'MultiValuedProperty':
    case 'Uri':
    case 'String':
      return value as PowerShellValue;
    default:
      break;
  }
  const values = parameter?.values;
  if (parameter === undefined || values === undefined) return value as PowerShellValue;
  return Array.isArray(value)
    ? flagsEnum(`Microsoft.Exchange.Data.Directory.SystemConfiguration.${parameter.type}`, value as string[])
    : configurationEnum(parameter.type, String(value), values);
}

function authentication(name: string) {
  return configurationEnum('AuthenticationMethod', name, AUTHENTICATION_METHODS);
}
