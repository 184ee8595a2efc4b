/** What Exchange's own clients do, each by one cmdlet of a server that answers for it. */
export const CONNECTIVITY_TESTS = ['ActiveSync', 'OutlookWebServices', 'POP', 'IMAP'] as const;
export type ConnectivityTest = (typeof CONNECTIVITY_TESTS)[number];
