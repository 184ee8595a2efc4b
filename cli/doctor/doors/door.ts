/** A way into a server. Part of what `--json` promises. */
export type Door =
  | 'http-kerberos'
  /** Where nothing tells how to sign in. */
  | 'https'
  | 'https-kerberos'
  | 'https-basic'
  | 'ssh'
  | 'windows-https'
  | 'windows-http';

export const DOOR_NAMES: { readonly [door in Door]: string } = {
  'http-kerberos': 'HTTP sealed by Kerberos',
  https: 'HTTPS',
  'https-kerberos': 'HTTPS with Kerberos',
  'https-basic': 'HTTPS with Basic',
  ssh: 'SSH',
  'windows-https': "Windows' own WSMan, HTTPS",
  'windows-http': "Windows' own WSMan, HTTP",
};

/**
 * What was found at one door, without signing in. `faulty`: something answers there, and a session cannot come about as
 * things are. `closed`: nothing is there.
 */
export type DoorFinding = {
  readonly door: Door;
  /** As it would stand in the endpoint; of SSH without a user. */
  readonly address: string;
  readonly port: number;
  readonly detail: string;
} & (
  | { readonly state: 'open' | 'closed' }
  /** How it could be opened. */
  | { readonly state: 'faulty'; readonly remedy: string }
);
