import type { SimulatedOrganization } from '../lab/exchange/organization';

/** The server on which the provider's session runs. */
export const ENTRANCE = 'BsAEX01';
export const HOST = 'localhost';

export interface DoorFiles {
  /** Folder for certificates, keys and the settings of a later start. It is made if it does not exist. */
  readonly folder: string;
  /** PEM file of the authority that issued the site's certificate. HTTPS shows that certificate once it is deployed. */
  readonly authority: string;
  /** Names on the site's certificate. */
  readonly names: readonly string[];
}

export interface DoorOptions {
  readonly files: DoorFiles;
  readonly organization: SimulatedOrganization;
  /** Password of the account that signs in. */
  readonly password: string;
  /** 0 takes a free port. */
  readonly port: number;
}

export interface OpenedDoor {
  readonly url: string;
  /** How one signs in here, for people. */
  readonly what: string;
  /** Environment variables for the provider, except for the address and the password file, which the caller adds. */
  readonly variables: { readonly [name: string]: string };
  close(): Promise<void>;
}

/** Opens an endpoint of the sandbox's organization, with one account that may sign in. */
export type Door = (options: DoorOptions) => Promise<OpenedDoor>;
