import { ExchangeVersion, type Catalog, type CatalogCmdlet } from '../../exchange/versions';
import { SecureText } from '../../powershell/invocation';
import type { ErrorRecord, PowerShellObject, PowerShellValue } from '../../powershell/outcome';
import { BoundCredential, isListChange, type BoundValue } from './argument';
import type { Bound } from './binding';
import { exchangeError, type CmdletError } from './cmdlet-error';
import type { LabOptions } from './options';
import { preference } from './preferences';
import { Declined, Question, type Conversation } from './question';
import type { Json, OrganizationState, ServerState } from './state';
import type { OrganizationDraft } from './store';

/** One call of a cmdlet while it runs: its arguments, the organization, and its output so far. */
export class Call {
  readonly output: PowerShellValue[] = [];
  readonly warnings: string[] = [];
  readonly errors: ErrorRecord[] = [];
  #asked = 0;
  #made = 0;
  #confirmed = false;

  constructor(
    readonly cmdlet: CatalogCmdlet,
    readonly bound: Bound,
    readonly draft: OrganizationDraft,
    /** The server that the session runs on. */
    readonly session: ServerState,
    readonly catalog: Catalog,
    readonly options: LabOptions,
    readonly now: Date,
    /** The lower-case names of the selected properties, where a Select-Object follows. Left out: all properties. */
    private readonly selection?: ReadonlySet<string>,
    private readonly conversation: Conversation = { answers: [], made: [] },
  ) {}

  /** Whether a Select-Object follows, which sees all properties of an object. */
  get isSelected(): boolean {
    return this.selection !== undefined;
  }

  /** Whether a property is part of the output. The others need not be computed. */
  readonly shows = (property: string): boolean =>
    this.selection === undefined || this.selection.has(property.toLowerCase());

  get organization(): OrganizationState {
    return this.draft.organization;
  }

  has(parameter: string): boolean {
    return this.bound.has(parameter);
  }

  /** Undefined where the parameter was not given, or `$null`. */
  text(parameter: string): string | undefined {
    const value = this.bound.get(parameter);
    return typeof value === 'string' ? value : undefined;
  }

  isSet(parameter: string): boolean {
    return this.bound.get(parameter) === true;
  }

  secret(parameter: string): string | undefined {
    const value = this.bound.get(parameter);
    return value instanceof SecureText ? value.reveal() : undefined;
  }

  credential(parameter: string): { readonly user: string; readonly password: string } | undefined {
    const value = this.bound.get(parameter);
    return value instanceof BoundCredential
      ? { user: value.user, password: value.password.reveal() }
      : undefined;
  }

  bytes(parameter: string): Uint8Array | undefined {
    const value = this.bound.get(parameter);
    return value instanceof Uint8Array ? value : undefined;
  }

  list(parameter: string): readonly string[] | undefined {
    const value = this.bound.get(parameter);
    return Array.isArray(value) ? (value as readonly string[]) : undefined;
  }

  write(object: PowerShellObject): void {
    this.output.push(object);
  }

  warn(message: string): void {
    this.warnings.push(message);
  }

  /** An error of the cmdlet: throw it to end the call, or pass it to `report`. */
  error(exception: string, message: string, category?: string, target?: string): CmdletError {
    const server = this.catalog.version.isAtLeast(ExchangeVersion.V2013) ? this.session.name : undefined;
    return exchangeError(this.cmdlet.name, server, exception, message, category, target);
  }

  /** Writes an error record beside the output. The call goes on, unless -ErrorAction is Stop. */
  report(error: CmdletError): void {
    if (preference(this.bound, 'ErrorAction') === 'Stop') throw error;
    this.errors.push(error.record);
  }

  notFound(what: string): CmdletError {
    const { domainController } = this.organization;
    return this.error(
      'ManagementObjectNotFoundException',
      `The operation couldn't be performed because object '${what}' couldn't be found on '${domainController}'.`,
    );
  }

  /**
   * Asks for confirmation of the whole cmdlet. `-Confirm:$false` answers it; with `-WhatIf` nothing is asked, since
   * nothing is done. The text of the question is (unverified).
   */
  confirm(question: string): void {
    if (this.isSet('WhatIf') || this.bound.get('Confirm') === false || this.#confirmed) return;
    this.#confirmed = true;
    if (!this.ask(question)) throw new Declined();
  }

  /** Asks a question in the middle of the work, which `-Confirm` does not answer. */
  ask(question: string): boolean {
    const answer = this.conversation.answers[this.#asked++];
    if (answer === undefined) throw new Question(question);
    return answer.yes;
  }

  /**
   * Makes a value once, and returns the same one when the cmdlet runs again after an answer: the question may be about
   * it.
   */
  once<T>(make: () => T): T {
    const { made } = this.conversation;
    const index = this.#made++;
    if (index === made.length) made.push(make());
    return made[index] as T;
  }

  /** By name, FQDN or distinguished name, in any letter case. */
  findServer(identity: string): ServerState | undefined {
    const wanted = identity.toLowerCase();
    return [...this.draft.servers.values()].find(
      (server) =>
        server.name.toLowerCase() === wanted ||
        server.fqdn.toLowerCase() === wanted ||
        server.guid === wanted ||
        wanted.startsWith(`cn=${server.name.toLowerCase()},cn=servers,`),
    );
  }

  server(identity: string): ServerState {
    const found = this.findServer(identity);
    if (found === undefined) throw this.notFound(identity);
    return found;
  }

  /** All servers, or the one that the parameter names. */
  serversOf(parameter: string): readonly ServerState[] {
    const named = this.text(parameter);
    return named === undefined ? [...this.draft.servers.values()] : [this.server(named)];
  }

  touch(object: { changed: string }): void {
    object.changed = this.now.toISOString();
  }
}

/** The new value of a setting; a change with Add and Remove is applied to the current list. */
export function applied(current: Json | undefined, value: BoundValue): Json {
  if (!isListChange(value)) return value as Json;
  const list = Array.isArray(current) ? (current as readonly Json[]) : [];
  const kept = list.filter((item) => !value.remove.some((removed) => same(removed, item)));
  return [...kept, ...value.add.filter((added) => !kept.some((item) => same(added, item)))];
}

function same(left: Json, right: Json): boolean {
  return JSON.stringify(left).toLowerCase() === JSON.stringify(right).toLowerCase();
}
