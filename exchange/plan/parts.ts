/** The part of a script for the objects of the organization. */
export const ORGANIZATION = 'organization';
/** The part of a script for the DNS records. */
export const DNS = 'dns';
const CONNECTIVITY = 'connectivity:';
/**
 * The part of a script for the connectivity tests of a server. The colon keeps it apart from the parts of servers,
 * whose names contain none.
 */
export function connectivityPart(server: string): string {
  return `${CONNECTIVITY}${server}`;
}
export const PARTS_OF_NO_SERVER: readonly string[] = [ORGANIZATION, DNS];
