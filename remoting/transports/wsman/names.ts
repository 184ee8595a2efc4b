/** Namespaces of WS-Management's shell messages (MS-WSMV 2.1), by the prefixes that we write. */
export const NAMESPACES = {
  s: 'http://www.w3.org/2003/05/soap-envelope',
  a: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  x: 'http://schemas.xmlsoap.org/ws/2004/09/transfer',
  w: 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd',
  p: 'http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd',
  rsp: 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell',
  f: 'http://schemas.microsoft.com/wbem/wsman/1/wsmanfault',
  cfg: 'http://schemas.microsoft.com/wbem/wsman/1/config',
  ps: 'http://schemas.microsoft.com/powershell',
} as const;

export const ANONYMOUS = `${NAMESPACES.a}/role/anonymous`;
export const FAULT_ACTION = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/fault';
export const CONTENT_TYPE = 'application/soap+xml;charset=UTF-8';

/** The actions of requests. An answer has the same action with `Response` appended. */
export const ACTIONS = {
  Get: `${NAMESPACES.x}/Get`,
  Create: `${NAMESPACES.x}/Create`,
  Delete: `${NAMESPACES.x}/Delete`,
  Command: `${NAMESPACES.rsp}/Command`,
  Send: `${NAMESPACES.rsp}/Send`,
  Receive: `${NAMESPACES.rsp}/Receive`,
  Signal: `${NAMESPACES.rsp}/Signal`,
} as const;

export type Operation = keyof typeof ACTIONS;

/** MS-PSRP 3.1.5.3.9. The protocol spells it `crtl`. */
export const STOP_SIGNAL = 'powershell/signal/crtl_c';
/** MS-WSMV 2.2.4.38: the server releases the command. */
export const TERMINATE_SIGNAL = `${NAMESPACES.rsp}/signal/Terminate`;
export const COMMAND_DONE = `${NAMESPACES.rsp}/CommandState/Done`;

export const EXCHANGE_SHELL = 'http://schemas.microsoft.com/powershell/Microsoft.Exchange';
/** Windows PowerShell's own shell, as `Get-PSSessionConfiguration` shows it. */
export const WINDOWS_SHELL = 'http://schemas.microsoft.com/powershell/Microsoft.PowerShell';

/**
 * Largest envelope that a server takes unless its administrator changed it: 150 KB in WinRM 2, whose PowerShell
 * speaks protocol 2.1; 500 KB from WinRM 3 (https://learn.microsoft.com/windows/win32/winrm/installation-and-configuration-for-windows-remote-management).
 */
export const FIRST_ENVELOPE_BYTES = 153_600;
export const LATER_ENVELOPE_BYTES = 512_000;

/** The Authorization header of a client with a certificate (MS-WSMV 2.2.1). */
export const CERTIFICATE_PROFILE = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual';
