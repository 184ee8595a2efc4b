import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Catalog, catalogOf, ExchangeVersion, type CatalogCmdlet } from '../../exchange/versions';
import type { ErrorRecord, PowerShellValue } from '../../powershell/outcome';
import type {
  ClientHost,
  Command,
  CommandHost,
  Emission,
  HostValue,
  Pipeline,
} from '../../remoting/server/command-host';
import { NO_HOST, PromptFailed } from '../../remoting/server/prompts';
import { bind, bindArguments, bindItem, type Bound } from './binding';
import { Call } from './call';
import type { CmdletBehaviour } from './cmdlet';
import { bindingError, CmdletError, exchangeError, notSimulated, unanswered } from './cmdlet-error';
import { behaviourOf } from './cmdlets';
import { fileCmdlet } from './cmdlets/files';
import { faultsOf, type Fault } from './faults';
import { Journal, shownArguments, type Answer, type JournalEntry } from './journal';
import { offeredCommands, offeredName, permitted } from './offered-commands';
import { optionsFor, type LabOptions } from './options';
import { withPreferences, type Given } from './preferences';
import { presented, selectionOf, selectProperties } from './projection';
import { Declined, isYes, promptFor, Question, type Conversation } from './question';
import { restrictedCommand, RESTRICTED_COMMANDS } from './restricted-commands';
import { readStale, keepForStaleReads } from './stale';
import type { ServerState } from './state';
import type { Organization, OrganizationDraft, Store } from './store';
import { windowsCommand, type WindowsSession } from './windows-commands';

/** Makes the connection break without a further answer. */
export class ConnectionDropped extends Error {
  override readonly name = 'ConnectionDropped';
}

/** The PSVersion of the Windows PowerShell under each version of Exchange. */
const POWERSHELL_VERSIONS: { readonly [label: string]: string } = {
  '2007': '2.0',
  '2010': '2.0',
  '2013': '4.0',
};

/** The client of a session, as far as its transport knows it. */
export interface SessionClient {
  /** The user whose roles decide which cmdlets are offered. Left out: all cmdlets are. */
  readonly user?: string;
  /**
   * The query of the address, without its question mark. Left out: the session did not come through Exchange's own
   * endpoint.
   */
  readonly query?: string;
  /**
   * A Windows PowerShell that offers Exchange's cmdlets only once their snap-in is loaded. Left out: they are offered
   * from the start.
   */
  readonly isBare?: true;
  /**
   * Breaks the connection. It is called where a fault requests it or the server is stopped. Left out: the call throws.
   */
  readonly drop?: () => void;
}

/** One trip over the connection, with one or several calls. */
interface Visit {
  readonly trip: string;
  readonly signal: AbortSignal;
  readonly client: ClientHost;
}

/** The context of a call. */
interface Circumstances extends Visit {
  readonly options: LabOptions;
  /** The selected properties, where a Select-Object follows. */
  readonly selection?: readonly string[];
}

/** How a cmdlet ended. `declined`: the user answered no to the confirmation of the whole cmdlet. */
interface Executed {
  readonly given: Given;
  readonly error: CmdletError | undefined;
  readonly declined: boolean;
}

/**
 * A command of a pipeline, ready to run. `input` is the output of the command before it; undefined for the first
 * command.
 */
type Stage = (input: readonly HostValue[] | undefined) => Promise<Given>;

/**
 * Runs the commands of a session on the simulated organization. The version of the server that the session runs on
 * decides which cmdlets and parameters are offered.
 */
export class ExchangeHost implements CommandHost {
  readonly powerShellVersion: string;
  readonly #journal: Journal;
  readonly #windows: WindowsSession;

  /**
   * @param server name or FQDN of the server that the session runs on
   * @param client of the session
   * @param denied cmdlets and parameters that no role of the account holds, see `permitted`
   * @throws Error where there is no such server, or it is stopped
   */
  constructor(
    private readonly store: Store,
    private readonly server: string,
    private readonly client: SessionClient,
    private readonly denied: ReadonlySet<string> = new Set(),
  ) {
    const session = this.#session(store.read());
    const version = ExchangeVersion.ofBuild(session.build)!;
    this.#windows = { server: session.name, version, hasSnapIn: client.isBare !== true };
    this.powerShellVersion = POWERSHELL_VERSIONS[version.label] ?? '5.1.17763.1';
    this.#journal = new Journal(store);
  }

  /**
   * Where one of several statements ends with an error, PowerShell does the following (measured with 7.6.9): an error
   * of the first statement is an error record, the second statement still runs, and none after it; an error of a later
   * statement ends the pipeline.
   */
  async *run(pipeline: Pipeline, signal: AbortSignal, client: ClientHost = NO_HOST): AsyncIterable<Emission> {
    const visit = { trip: randomUUID(), signal, client };
    try {
      const { statements } = pipeline;
      let last = statements.length - 1;
      for (let index = 0; index <= last; index += 1) {
        const input = index === 0 ? pipeline.input : undefined;
        const end = yield* this.#chain(statements[index] ?? [], input, visit);
        if (end === undefined) continue;
        if (index > 0 || last === 0) {
          yield { kind: 'failed', error: end.record };
          return;
        }
        yield { kind: 'error', error: end.record };
        last = 1;
      }
    } catch (error) {
      if (error instanceof ConnectionDropped) this.client.drop?.();
      throw error;
    }
  }

  /** @returns the error that ended the chain */
  async *#chain(
    chain: readonly Command[],
    input: readonly HostValue[] | undefined,
    visit: Visit,
  ): AsyncGenerator<Emission, CmdletError | undefined> {
    const circumstances = { ...visit, options: this.#options() };
    let stages: readonly Stage[];
    try {
      if (chain.some((command) => command.isScript)) throw bindingError.scriptsNotAllowed();
      stages = chain.map((_, index) => this.#stage(chain, index, input !== undefined, circumstances));
    } catch (error) {
      if (error instanceof CmdletError) return error;
      throw error;
    }
    let values: readonly HostValue[] | undefined = input;
    let end: CmdletError | undefined;
    const errors: ErrorRecord[] = [];
    for (const stage of stages) {
      const given: Given = await stage(values);
      for (const message of given.warnings) yield { kind: 'warning', message };
      values = given.output;
      errors.push(...given.errors);
      end ??= given.end;
    }
    // The output of PowerShell's own commands does not depend on the form of Exchange's objects.
    const isExchanges = !chain.every(isRestricted);
    for (const value of (values ?? []) as readonly PowerShellValue[]) {
      if (visit.signal.aborted) return undefined;
      yield { kind: 'output', value: isExchanges ? presented(value, circumstances.options) : value };
    }
    for (const error of errors) yield { kind: 'error', error };
    return end;
  }

  /**
   * @throws CmdletError where the command does not exist or does not take its arguments: then no command of the
   * pipeline runs
   */
  #stage(chain: readonly Command[], index: number, hasInput: boolean, circumstances: Circumstances): Stage {
    const command = chain[index]!;
    const { options } = circumstances;
    if (isNamed(command, 'select-object')) {
      const names = selectionOf(command, options);
      return async (input = []) => ({
        ...selectProperties(names, input as readonly PowerShellValue[]),
        warnings: [],
      });
    }
    const next = chain[index + 1];
    const restricted = this.#restricted(command, next !== undefined);
    if (restricted !== undefined) return (input = []) => restricted(input, circumstances.client);
    const selection = next && isNamed(next, 'select-object') ? selectionOf(next, options) : undefined;
    return this.#cmdlet(command, hasInput || index > 0, {
      ...circumstances,
      ...(selection === undefined ? {} : { selection }),
    });
  }

  /** Runs a command of PowerShell itself. It is no call of Exchange, so that the journal does not list it. */
  #restricted(
    { name, args }: Command,
    isFollowed: boolean,
  ): ((input: readonly HostValue[], client: ClientHost) => Promise<Given>) | undefined {
    const catalog = this.#catalog(this.#session(this.store.read()));
    const windows = this.#isPowerShell ? windowsCommand(name, args, this.#windows) : undefined;
    if (windows !== undefined) return windows;
    if (name.toLowerCase() === 'get-command') {
      const offered = offeredCommands(args, catalog, this.denied, isFollowed);
      return async () => offered;
    }
    return restrictedCommand(name, args, (wanted) => offeredName(wanted, catalog, this.denied));
  }

  #cmdlet(command: Command, takesInput: boolean, circumstances: Circumstances): Stage {
    const { trip } = circumstances;
    const session = this.#session(this.store.read());
    const known =
      this.#catalog(session).cmdlet(command.name) ??
      (this.#isPowerShell ? fileCmdlet(command.name) : undefined);
    const cmdlet = known && permitted(known, this.denied);
    if (cmdlet === undefined) {
      this.#record(trip, session, command.name, new Map(), 'failed', false, 'CommandNotFoundException');
      throw bindingError.commandNotFound(command.name);
    }
    const bound = this.#bound(trip, session, cmdlet, () =>
      takesInput ? bindArguments(cmdlet, command.args) : bind(cmdlet, command.args),
    );
    if (!takesInput) return () => this.#invoke(session, cmdlet, bound, circumstances);
    return async (input = []) => {
      const given: Given[] = [];
      for (const item of input) {
        given.push(await this.#invokeOn(item, session, cmdlet, bound, circumstances));
        if (given.at(-1)?.end !== undefined) break;
      }
      return together(given);
    };
  }

  /** An object of the pipeline that cannot be bound is an error of its own; the other objects are still processed. */
  async #invokeOn(
    item: HostValue,
    session: ServerState,
    cmdlet: CatalogCmdlet,
    bound: Bound,
    circumstances: Circumstances,
  ): Promise<Given> {
    try {
      const whole = this.#bound(circumstances.trip, session, cmdlet, () => bindItem(cmdlet, bound, item));
      return await this.#invoke(session, cmdlet, whole, circumstances);
    } catch (error) {
      if (!(error instanceof CmdletError)) throw error;
      return withPreferences(cmdlet.name, bound, { ...output([]), errors: [error.record] });
    }
  }

  #bound(trip: string, session: ServerState, cmdlet: CatalogCmdlet, binding: () => Bound): Bound {
    try {
      return binding();
    } catch (error) {
      const id = error instanceof CmdletError ? error.record.fullyQualifiedErrorId : '';
      this.#record(trip, session, cmdlet.name, new Map(), 'failed', false, id);
      throw error;
    }
  }

  async #invoke(
    session: ServerState,
    cmdlet: CatalogCmdlet,
    bound: Bound,
    circumstances: Circumstances,
  ): Promise<Given> {
    const behaviour = await behaviourOf(cmdlet.name);
    const faults = faultsOf(this.store, cmdlet.name);
    if (behaviour === undefined) {
      return { ...output([]), end: notSimulated(cmdlet.name, `The lab does not simulate ${cmdlet.name}.`) };
    }
    const conversation: Conversation = { answers: [], made: [] };
    const { answers } = conversation;
    const record = (outcome: JournalEntry['outcome'], applied: boolean, errorId?: string): void =>
      this.#record(circumstances.trip, session, cmdlet.name, bound, outcome, applied, errorId, answers);
    const applyFaults = (when: 'before' | 'after', applied: boolean): Promise<CmdletError | undefined> =>
      this.#applyFaults(faults, when, session, cmdlet, circumstances.signal, () =>
        record('dropped', applied),
      );

    let { given, error } = { given: output([]), error: await applyFaults('before', false) };
    const isRehearsal = bound.get('WhatIf') === true;
    let applied = false;
    if (error === undefined) {
      const executed = await this.#runWithAnswers(behaviour, cmdlet, bound, circumstances, conversation);
      ({ given, error } = executed);
      applied = error === undefined && !isRehearsal && !executed.declined;
      error ??= await applyFaults('after', applied);
    }
    record(error === undefined ? 'completed' : 'failed', applied, error?.record.fullyQualifiedErrorId);
    return withPreferences(cmdlet.name, bound, withError(given, error));
  }

  /** Runs a cmdlet, and runs it again from the start after each answer that it needs. */
  async #runWithAnswers(
    behaviour: CmdletBehaviour,
    cmdlet: CatalogCmdlet,
    bound: Bound,
    circumstances: Circumstances,
    conversation: Conversation,
  ): Promise<Executed> {
    for (;;) {
      try {
        return this.#execute(behaviour, cmdlet, bound, circumstances, conversation);
      } catch (error) {
        if (error instanceof Declined) return { given: output([]), error: undefined, declined: true };
        if (!(error instanceof Question)) throw error;
        const { message: question } = error;
        try {
          const choice = await circumstances.client.promptForChoice(promptFor(question));
          conversation.answers.push({ question, yes: isYes(choice) });
        } catch (failure) {
          if (!(failure instanceof PromptFailed)) throw failure;
          return { given: output([]), error: unanswered(cmdlet.name, failure), declined: false };
        }
      }
    }
  }

  /** The output of a failed call stands beside its error; its changes are undone. */
  #execute(
    behaviour: CmdletBehaviour,
    cmdlet: CatalogCmdlet,
    bound: Bound,
    { options, selection }: Circumstances,
    conversation: Conversation,
  ): Executed {
    const selected = selection && new Set(selection.map((name) => name.toLowerCase()));
    const calls: Call[] = [];
    const run = (organization: Organization): void => {
      const session = this.#session(organization);
      const version = ExchangeVersion.ofBuild(session.build)!;
      const draft = organization as OrganizationDraft;
      const catalog = catalogOf(version);
      const call = new Call(
        cmdlet,
        bound,
        draft,
        session,
        catalog,
        options,
        new Date(),
        selected,
        conversation,
      );
      calls.push(call);
      behaviour.run(call);
      if (behaviour.changes && bound.get('Confirm') === true) call.confirm('Are you sure?');
    };
    let error: CmdletError | undefined;
    try {
      if (behaviour.changes === undefined) run(readStale(this.store) ?? this.store.read());
      else if (bound.get('WhatIf') === true) this.store.rehearse(run);
      else this.#change(run);
    } catch (thrown) {
      if (!(thrown instanceof CmdletError)) throw thrown;
      error = thrown;
    }
    const [call] = calls;
    const showsNothing = behaviour.changes && (error !== undefined || bound.get('WhatIf') === true);
    const given = {
      output: showsNothing ? [] : (call?.output ?? []),
      warnings: call?.warnings ?? [],
      errors: call?.errors ?? [],
    };
    return { given, error, declined: false };
  }

  #change(run: (organization: Organization) => void): void {
    this.store.locked(() => {
      const before = this.store.read();
      this.store.change(run);
      keepForStaleReads(this.store, before);
    });
  }

  /** @returns the error with which a fault makes the call fail */
  async #applyFaults(
    faults: readonly Fault[],
    when: 'before' | 'after',
    session: ServerState,
    cmdlet: CatalogCmdlet,
    signal: AbortSignal,
    recordDrop: () => void,
  ): Promise<CmdletError | undefined> {
    for (const fault of faults.filter((candidate) => (candidate.when ?? 'before') === when)) {
      switch (fault.effect) {
        case 'delay':
          // The client disconnected, and never learns how the call ended.
          await sleep(fault.delayMs ?? 1000, undefined, { signal }).catch((error: unknown) => {
            recordDrop();
            throw error;
          });
          break;
        case 'drop':
          recordDrop();
          throw new ConnectionDropped();
        case 'fail': {
          const { record } = exchangeError(
            cmdlet.name,
            session.name,
            'ADTransientException',
            'Active Directory is not available. This is a fault that was asked for.',
          );
          return new CmdletError(record, fault.terminating === true);
        }
      }
    }
    return undefined;
  }

  #record(
    trip: string,
    session: ServerState,
    cmdlet: string,
    bound: Bound,
    outcome: JournalEntry['outcome'],
    applied: boolean,
    errorId?: string,
    answers: readonly Answer[] = [],
  ): void {
    this.#journal.record({
      time: new Date().toISOString(),
      trip,
      session: session.name,
      cmdlet,
      parameters: shownArguments(bound),
      ...(answers.length === 0 ? {} : { answers }),
      outcome,
      applied,
      ...(errorId === undefined ? {} : { errorId }),
    });
  }

  /** Whether the session is a full Windows PowerShell, with its own commands, and not a restricted endpoint. */
  get #isPowerShell(): boolean {
    return this.client.query === undefined && this.#options().languageMode === 'full';
  }

  #catalog({ build }: ServerState): Catalog {
    const version = ExchangeVersion.ofBuild(build)!;
    return this.#windows.hasSnapIn ? catalogOf(version) : new Catalog(version, []);
  }

  #options(): LabOptions {
    const stored = this.store.readJson('options.json') as Partial<LabOptions> | undefined;
    return optionsFor(stored ?? {}, this.client.query);
  }

  /** The server of the session. The session ends when the server does. */
  #session({ servers }: Organization): ServerState {
    const wanted = this.server.toLowerCase();
    const found = [...servers.values()].find(
      ({ name, fqdn }) => name.toLowerCase() === wanted || fqdn.toLowerCase() === wanted,
    );
    if (found === undefined) throw new Error(`the simulated organization has no server ${this.server}`);
    if (!found.running) throw new ConnectionDropped(`${found.name} is stopped`);
    return found;
  }
}

function isNamed({ name }: Command, wanted: string): boolean {
  return name.toLowerCase() === wanted;
}

function isRestricted({ name }: Command): boolean {
  return RESTRICTED_COMMANDS.some((command) => command.name.toLowerCase() === name.toLowerCase());
}

function output(values: readonly PowerShellValue[]): Given {
  return { output: values, warnings: [], errors: [] };
}

function withError(given: Given, error: CmdletError | undefined): Given {
  if (error === undefined) return given;
  return error.terminating ? { ...given, end: error } : { ...given, errors: [...given.errors, error.record] };
}

function together(parts: readonly Given[]): Given {
  const end = parts.at(-1)?.end;
  return {
    output: parts.flatMap((part) => part.output),
    warnings: parts.flatMap((part) => part.warnings),
    errors: parts.flatMap((part) => part.errors),
    ...(end === undefined ? {} : { end }),
  };
}
