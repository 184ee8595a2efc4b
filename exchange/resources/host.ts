import type { Problem } from '../../schema';

/** A host name as RFC 1123 has it, with at least one letter somewhere; no wildcard, no port. */
export function isHostName(name: string): boolean {
  return isMadeOf(name, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i);
}

/**
 * The name of a computer as Windows takes it, with or without its domain: an underscore may be in it, which names from
 * before DNS have (Microsoft: Naming conventions in Active Directory for computers, domains, sites, and OUs).
 */
export function isComputerHost(name: string): boolean {
  return isMadeOf(name, /^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9_])?$/i);
}

function isMadeOf(name: string, label: RegExp): boolean {
  return name.length <= 253 && name.split('.').every((part) => label.test(part)) && /[a-z]/i.test(name);
}

/** What is wrong with a URL of a client access service; `undefined` where it is right. */
export function urlProblem(url: string, example: string): Problem | undefined {
  const remedy = `write it as ${example}`;
  if (url === '') return undefined;
  if (/\s/.test(url))
    return { problem: `'${url}' has a space in it`, remedy: `write it without, as ${example}` };
  const match = /^(https?):\/\/([^/?#]*)(\/[^?#]*)?$/i.exec(url);
  if (match === null) return { problem: `'${url}' is not a URL with a host`, remedy };
  const host = match[2] ?? '';
  if (!isHostName(host.replace(/:\d+$/, ''))) return { problem: `'${url}' has no valid host name`, remedy };
  return undefined;
}

/** What is wrong with the name of a server as Active Directory knows it; `undefined` where it is right. */
export function serverNameProblem(name: string): Problem | undefined {
  if (/^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/i.test(name) && /[a-z]/i.test(name)) return undefined;
  return {
    problem: `'${name}' is not the name of a server`,
    remedy: 'give its computer name: at most 15 letters, digits and hyphens, without a domain, such as EX01',
  };
}

/**
 * The computer name in an identity of a server. An ADObjectId of one shows as that name (seen in captures of
 * Get-OwaVirtualDirectory and Get-MailboxServer of 2016); other identities of Active Directory show as a distinguished
 * or a canonical name, and some properties hold FQDNs. No computer name has a dot, a comma or a slash.
 */
export function serverNameIn(identity: string): string {
  const name = /^cn=([^,]+)/i.exec(identity)?.[1] ?? identity.split(/[\\/]/).at(-1) ?? '';
  return name.split('.')[0] ?? '';
}
