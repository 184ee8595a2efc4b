import type { CatalogCmdlet } from '../../../exchange/versions';
import type { PowerShellValue } from '../../../powershell/outcome';
import type { Json, Settings } from '../state';
import { configurationEnum, flagsEnum, localPath, textual, timeSpan, uri } from './value';

/** Properties that are lists of authentication methods; the catalog only says that they are multi-valued. */
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
 * Settings in the form of the output of a Get cmdlet. The type of a property follows from the Set cmdlet's parameter of
 * the same name; a property without such a parameter is shown as it is stored.
 *
 * @param shows whether a property is part of the output. Left out: all are
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
  // The parameter for the internal host name is a string, but the property is a Hostname.
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

/** Types whose values are stored as text and shown as objects. */
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
