import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ExchangeVersion } from '../../exchange/versions';
import { makeKey } from '../../pki';
import { arm, disarm, isArmed, type Fault } from './faults';
import { ExchangeHost, type SessionClient } from './host';
import { Journal, type JournalEntry } from './journal';
import type { LabOptions } from './options';
import { newObject } from './new-object';
import { newAuthCertificate, newOrganization, newServer, setupsDatabase, type NewServer } from './setup';
import { SshAccounts } from './ssh-accounts';
import { setLag } from './stale';
import type { ServerState, Settings } from './state';
import { Store, type Organization, type OrganizationDraft } from './store';

export interface NewOrganization {
  /** @default 'First Organization' */
  readonly name?: string;
  /** DNS name of the Active Directory domain, for example `contoso.local`. */
  readonly domain: string;
  /** @default `dc1` in the domain */
  readonly domainController?: string;
}

const KEY_FILE = 'lab-key.pem';

/**
 * A simulated Exchange organization in a folder. Its methods do what an administrator does outside of Exchange's
 * cmdlets: run Setup, pull a plug, or change something behind the tool's back.
 */
export class SimulatedOrganization {
  readonly #store: Store;
  readonly #journal: Journal;

  private constructor(readonly folder: string) {
    this.#store = new Store(folder);
    this.#journal = new Journal(this.#store);
  }

  /**
   * Makes an organization without servers.
   *
   * @throws Error where the folder exists and is not empty
   */
  static create(folder: string, { name, domain, domainController }: NewOrganization): SimulatedOrganization {
    if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = new SimulatedOrganization(folder);
    made.#store.create(
      newOrganization(name ?? 'First Organization', domain, domainController ?? `dc1.${domain}`, new Date()),
    );
    writeFileSync(made.#store.path(KEY_FILE), makeKey().export({ type: 'pkcs8', format: 'pem' }), {
      mode: 0o600,
    });
    return made;
  }

  /** @throws Error where the folder holds no organization */
  static open(folder: string): SimulatedOrganization {
    const opened = new SimulatedOrganization(folder);
    opened.read();
    return opened;
  }

  /** Does what Exchange Setup does on a new server. */
  addServer(server: NewServer): void {
    const now = new Date();
    const key = this.#key();
    this.#store.change((draft) => {
      if (find(draft, server.name) !== undefined) throw new Error(`there is a server ${server.name} already`);
      const name = server.name.toUpperCase();
      const auth = server.version.isAtLeast(ExchangeVersion.V2013)
        ? authCertificate(draft, key, now)
        : undefined;
      const made = newServer({ ...server, name }, key, auth, now);
      draft.servers.set(name, made);
      draft.organization.databases.push(setupsDatabase(made, draft.organization, now));
    });
  }

  /** Does what Exchange Setup does to uninstall a server. @throws Error where the server is in a DAG */
  removeServer(name: string): void {
    this.#store.change((draft) => {
      const server = must(draft, name);
      const dag = draft.organization.databaseAvailabilityGroups.find((group) =>
        group.servers.includes(server.name),
      );
      if (dag !== undefined) throw new Error(`${server.name} is a member of ${dag.name}`);
      draft.organization.databases = draft.organization.databases.filter(
        (database) => database.server !== server.name,
      );
      draft.servers.delete(server.name);
    });
  }

  /** Pulls the plug: sessions on it break, and calls that need the server itself fail. */
  stopServer(name: string): void {
    this.editServer(name, (server) => {
      server.running = false;
    });
  }

  startServer(name: string): void {
    this.editServer(name, (server) => {
      server.running = true;
    });
  }

  /** Sets a health set's state, for example `OWA.Proxy` to `Unhealthy`; `Healthy` heals it. */
  setHealth(
    name: string,
    healthSet: string,
    state: 'Healthy' | 'Unhealthy' | 'Degraded' | 'Repairing',
  ): void {
    this.editServer(name, (server) => {
      if (state === 'Healthy') delete server.unhealthy[healthSet];
      else server.unhealthy[healthSet] = state;
    });
  }

  /** Adds a Send connector, as New-SendConnector does. Receive connectors come with Setup. */
  addSendConnector(name: string, settings: Settings = {}): void {
    this.edit(({ organization }) => organization.sendConnectors.push(newObject(name, new Date(), settings)));
  }

  /** Changes a server behind the tool's back: the changes of the function are kept. */
  editServer(name: string, change: (server: ServerState) => void): void {
    this.#store.change((draft) => change(must(draft, name)));
  }

  /** Changes anything behind the tool's back. */
  edit(change: (draft: OrganizationDraft) => void): void {
    this.#store.change(change);
  }

  read(): Organization {
    return this.#store.read();
  }

  arm(fault: Fault): void {
    arm(this.#store, fault);
  }

  /** Whether a fault is set and has not happened yet. */
  get isArmed(): boolean {
    return isArmed(this.#store);
  }

  disarm(): void {
    disarm(this.#store);
  }

  /**
   * Makes the given number of reads after each change show the state before it, as if another domain controller
   * answered; 0 ends it.
   */
  lagReads(reads: number): void {
    setLag(this.#store, reads);
  }

  setOptions(options: Partial<LabOptions>): void {
    this.#store.locked(() => this.#store.writeJson('options.json', options));
  }

  /** Every call so far, oldest first. */
  journal(): readonly JournalEntry[] {
    return this.#journal.entries();
  }

  clearJournal(): void {
    this.#journal.clear();
  }

  /**
   * The commands of a session on the named server.
   *
   * @param client of the session. Left out: all cmdlets are offered, in a PowerShell with the snap-in
   */
  host(server: string, client: SessionClient = {}): ExchangeHost {
    const { user } = client;
    const denied = user === undefined ? new Set<string>() : this.ssh.deniedCmdlets(user);
    return new ExchangeHost(this.#store, server, client, denied);
  }

  /** The accounts that may sign in through SSH. */
  get ssh(): SshAccounts {
    return new SshAccounts(this.#store);
  }

  /** One key serves all self-signed certificates of the lab: a new key for each would take seconds for a server. */
  #key(): KeyObject {
    return createPrivateKey(readFileSync(this.#store.path(KEY_FILE)));
  }
}

function authCertificate(draft: OrganizationDraft, key: KeyObject, now: Date) {
  const settings = draft.organization.authConfig.settings;
  const current = settings['CurrentCertificateThumbprint'];
  for (const server of draft.servers.values()) {
    const found = server.certificates.find((certificate) => certificate.thumbprint === current);
    if (found !== undefined) return found;
  }
  const made = newAuthCertificate(key, now);
  settings['CurrentCertificateThumbprint'] = made.thumbprint;
  return made;
}

function find(draft: Organization, name: string): ServerState | undefined {
  return [...draft.servers.values()].find((server) => server.name.toLowerCase() === name.toLowerCase());
}

function must(draft: Organization, name: string): ServerState {
  const found = find(draft, name);
  if (found === undefined) throw new Error(`the simulated organization has no server ${name}`);
  return found;
}
