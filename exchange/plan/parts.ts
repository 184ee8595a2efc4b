/** Part of a script for the objects of the organization. */
export const ORGANIZATION = 'organization';
/** Part of a script for the DNS records. */
export const DNS = 'dns';
export const PARTS_OF_NO_SERVER: readonly string[] = [ORGANIZATION, DNS];
