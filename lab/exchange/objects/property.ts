import type { CatalogCmdlet } from '../../../exchange/versions';
import type { PowerShellValue } from '../../../powershell/outcome';
import type { Json, Settings } from '../state';
import { configurationEnum, flagsEnum, localPath, textual, timeSpan, uri } from './value';

/** Properties that are lists of authentication methods; the catalog calls them multi-valued only. */
const AUTHENTICATION = /AuthenticationMethods?$/;

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-outlookanywhere, in the enum's order. */
const AUTHENTICATION_METHODS = [
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
 *
 * @param shows whether a property goes out. Left out: all do.
 */
export function shown(
  setCmdlet: CatalogCmdlet | undefined,
  settings: Settings,
  shows: (property: string) => boolean = () => true,
): { [name: string]: PowerShellValue } {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([name]) => shows(name))
      .map(([name, value]) => [name, form(setCmdlet, name, value)]),
  );
}

function form(setCmdlet: CatalogCmdlet | undefined, name: string, value: Json): PowerShellValue {
  if (value === null) return null;
  if (AUTHENTICATION.test(name)) {
    return Array.isArray(value) ? (value as string[]).map(authentication) : authentication(value as string);
  }
  // The parameter for the internal one is text, the property is not.
  if (name.endsWith('Hostname')) return textual('Microsoft.Exchange.Data.Hostname', value as string);
  const parameter = setCmdlet?.parameter(name);
  if (parameter === undefined) return value as PowerShellValue;
  const values = parameter.values;
  if (typeof value === 'string') {
    const textForm = TEXT_FORMS[parameter.type];
    if (textForm !== undefined) return textForm(value);
    return values === undefined ? value : configurationEnum(parameter.type, value, values);
  }
  return values !== undefined && Array.isArray(value) && parameter.type !== 'MultiValuedProperty'
    ? flagsEnum(`Microsoft.Exchange.Data.Directory.SystemConfiguration.${parameter.type}`, value as string[])
    : (value as PowerShellValue);
}

/** Types whose values are text to us and objects to PowerShell. */
const TEXT_FORMS: { readonly [type: string]: (text: string) => PowerShellValue } = {
  EnhancedTimeSpan: timeSpan,
  TimeSpan: timeSpan,
  LocalLongFullPath: localPath,
  NonRootLocalLongFullPath: localPath,
  ByteQuantifiedSize: (text) => textual('Microsoft.Exchange.Data.ByteQuantifiedSize', text),
  Unlimited: (text) => textual('Microsoft.Exchange.Data.Unlimited`1', text),
  Uri: uri,
  Fqdn: (text) => textual('Microsoft.Exchange.Data.Fqdn', text),
  SmtpX509Identifier: (text) => textual('Microsoft.Exchange.Data.SmtpX509Identifier', text),
};

function authentication(name: string) {
  return configurationEnum('AuthenticationMethod', name, AUTHENTICATION_METHODS);
}
