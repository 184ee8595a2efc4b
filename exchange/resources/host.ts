import type { Problem } from '../../schema';

/** Whether a text is a host name according to RFC 1123, with at least one letter; no wildcard, no port. */
export function isHostName(name: string): boolean {
  return isMadeOf(name, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i);
}

/**
 * Whether a text is a computer name that Windows accepts, with or without its domain. It may contain an underscore, as
 * names from before DNS do (Microsoft: Naming conventions in Active Directory for computers, domains, sites, and OUs).
 */
export function isComputerHost(name: string): boolean {
  return isMadeOf(name, /^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9_])?$/i);
}

function isMadeOf(name: string, label: RegExp): boolean {
  return name.length <= 253 && name.split('.').every((part) => label.test(part)) && /[a-z]/i.test(name);
}

/** Whether a text, which consists of digits, is the number of a TCP port. */
export function isPort(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 65_535;
}

/** The problem with a URL of a client access service; `undefined` where it is valid. */
export function urlProblem(url: string, example: string): Problem | undefined {
  const remedy = `write it as ${example}`;
  if (url === '') return undefined;
  if (/\s/.test(url))
    return { problem: `'${url}' has a space in it`, remedy: `write it without, as ${example}` };
  const match = /^https?:\/\/([^/?#]*?)(?::(\d+))?(\/[^?#]*)?$/i.exec(url);
  if (match === null) return { problem: `'${url}' is not a URL with a host`, remedy };
  const [, host = '', port] = match;
  if (!isHostName(host)) return { problem: `'${url}' has no valid host name`, remedy };
  if (port !== undefined && !isPort(port)) return { problem: `'${url}' has no valid port`, remedy };
  return undefined;
}

/** The problem with the name of a server in Active Directory; `undefined` where it is valid. */
export function serverNameProblem(name: string): Problem | undefined {
  if (/^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/i.test(name) && /[a-z]/i.test(name)) return undefined;
  return {
    problem: `'${name}' is not the name of a server`,
    remedy: 'give its computer name: at most 15 letters, digits and hyphens, without a domain, such as EX01',
  };
}

/**
 * The computer name in an identity of a server. An ADObjectId of a server is shown as this name (seen in captures of
 * Get-OwaVirtualDirectory and Get-MailboxServer of 2016). Other identities in Active Directory are shown as a
 * distinguished or canonical name, and some properties hold FQDNs. Computer names contain no dot, comma or slash.
 */
export function serverNameIn(identity: string): string {
  const name = /^cn=([^,]+)/i.exec(identity)?.[1] ?? identity.split(/[\\/]/).at(-1) ?? '';
  return name.split('.')[0] ?? '';
}
