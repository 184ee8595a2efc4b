/** A way to connect to a server. `--json` promises these names. */
export type Door =
  | 'http-kerberos'
  /** HTTPS where nothing shows how to sign in. */
  | 'https'
  | 'https-kerberos'
  | 'https-basic'
  | 'ssh'
  | 'windows-https'
  | 'windows-http';

export const DOOR_NAMES: { readonly [door in Door]: string } = {
  'http-kerberos': 'HTTP encrypted by Kerberos',
  https: 'HTTPS',
  'https-kerberos': 'HTTPS with Kerberos',
  'https-basic': 'HTTPS with Basic',
  ssh: 'SSH',
  'windows-https': "Windows' own WSMan, HTTPS",
  'windows-http': "Windows' own WSMan, HTTP",
};

/**
 * What was found at one door without signing in. `faulty`: something answers there, but no session is possible as it
 * is. `closed`: nothing is there.
 */
export type DoorFinding = {
  readonly door: Door;
  /** As an endpoint would have it. For SSH without a user. */
  readonly address: string;
  readonly port: number;
  readonly detail: string;
} & (
  | { readonly state: 'open' | 'closed' }
  /** What would make it usable. */
  | { readonly state: 'faulty'; readonly remedy: string }
);
