import type { SimulatedOrganization } from '../lab/exchange/organization';

/** The server that answers, as a client access server does for the organization. */
export const ENTRANCE = 'BsAEX01';
export const HOST = 'localhost';

export interface DoorFiles {
  /** For certificates, keys and what a later start needs; made where it is not there. */
  readonly folder: string;
  /** PEM file of the authority of the site's certificate, which HTTPS shows once it is deployed. */
  readonly authority: string;
  /** Names of that certificate. */
  readonly names: readonly string[];
}

export interface DoorOptions {
  readonly files: DoorFiles;
  readonly organization: SimulatedOrganization;
  /** Of the account. */
  readonly password: string;
  /** 0: one that is free. */
  readonly port: number;
}

export interface OpenedDoor {
  readonly url: string;
  /** For people: how it lets in. */
  readonly what: string;
  /** What the provider takes from the environment; a door leaves out the address and the file of the password. */
  readonly variables: { readonly [name: string]: string };
  close(): Promise<void>;
}

/** Opens a way into the sandbox's organization, with one account. */
export type Door = (options: DoorOptions) => Promise<OpenedDoor>;
