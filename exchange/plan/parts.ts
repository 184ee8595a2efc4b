/** Part of a script for the objects of the organization. */
export const ORGANIZATION = 'organization';
/** Part of a script for the DNS records. */
export const DNS = 'dns';
const CONNECTIVITY = 'connectivity:';
/** Part of a script for the tests of a server after the DNS records. No server's name has a colon. */
export function connectivityPart(server: string): string {
  return `${CONNECTIVITY}${server}`;
}
export const PARTS_OF_NO_SERVER: readonly string[] = [ORGANIZATION, DNS];
