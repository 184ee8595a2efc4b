/**
 * What forms-based authentication sets beside itself on Outlook on the web and the control panel, whatever else is given.
 * https://learn.microsoft.com/powershell/module/exchangepowershell/set-owavirtualdirectory
 */
const SET_BY_FORMS: { readonly [attribute: string]: boolean } = {
  basic_authentication: true,
  windows_authentication: false,
};

export const FORMS = 'forms_authentication';

/** Whether a switch would not stay as it is given while forms are on. */
export function isOverridden(attribute: string, isOn: boolean): boolean {
  const set = SET_BY_FORMS[attribute];
  return set !== undefined && set !== isOn;
}
