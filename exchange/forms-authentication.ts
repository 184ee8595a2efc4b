/**
 * The switches that forms-based authentication sets by itself on Outlook on the web and the Exchange Control Panel,
 * whatever else is set. https://learn.microsoft.com/powershell/module/exchangepowershell/set-owavirtualdirectory
 */
const SET_BY_FORMS: { readonly [attribute: string]: boolean } = {
  basic_authentication: true,
  windows_authentication: false,
};

export const FORMS = 'forms_authentication';

/** Whether forms-based authentication would change this value of a switch. */
export function isOverridden(attribute: string, isOn: boolean): boolean {
  const set = SET_BY_FORMS[attribute];
  return set !== undefined && set !== isOn;
}
