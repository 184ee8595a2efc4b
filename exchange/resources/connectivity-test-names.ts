/** The connectivity tests. Each runs one `Test-*` cmdlet of Exchange. */
export const CONNECTIVITY_TESTS = ['ActiveSync', 'OutlookWebServices', 'POP', 'IMAP'] as const;
export type ConnectivityTest = (typeof CONNECTIVITY_TESTS)[number];
