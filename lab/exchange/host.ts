import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogOf, ExchangeVersion, type CatalogCmdlet } from '../../exchange/versions';
import type { PowerShellValue } from '../../powershell/outcome';
import type {
  ClientHost,
  Command,
  CommandHost,
  Emission,
  Pipeline,
} from '../../remoting/server/command-host';
import { NO_HOST, PromptFailed } from '../../remoting/server/prompts';
import { bind, type Bound } from './binding';
import { Call } from './call';
import type { CmdletBehaviour } from './cmdlet';
import { bindingError, cmdletClass, CmdletError, exchangeError } from './cmdlet-error';
import { behaviourOf } from './cmdlets';
import { faultsOf, type Fault } from './faults';
import { Journal, shownArguments, type Answer, type JournalEntry } from './journal';
import { offeredCommands, permitted } from './offered-commands';
import { DEFAULT_OPTIONS, type LabOptions } from './options';
import { presented, propertyNames, selectProperties } from './projection';
import { Declined, isYes, promptFor, Question, type Conversation } from './question';
import { readStale, keepForStaleReads } from './stale';
import type { ServerState } from './state';
import type { Organization, OrganizationDraft, Store } from './store';

/** The connection is to break without another word. */
export class ConnectionDropped extends Error {
  override readonly name = 'ConnectionDropped';
}

/** PSVersion of the Windows PowerShell that each version of Exchange runs on. */
const POWERSHELL_VERSIONS: { readonly [label: string]: string } = {
  '2007': '2.0',
  '2010': '2.0',
  '2013': '4.0',
};

/** The trip over the connection that brings calls. */
interface Visit {
  readonly trip: string;
  readonly signal: AbortSignal;
  readonly client: ClientHost;
}

/** What a call comes with. */
interface Circumstances extends Visit {
  readonly options: LabOptions;
  /** Properties that go out, where a Select-Object follows. */
  readonly selection: readonly string[] | undefined;
}

/** What a command gave. */
type Given = { readonly [part in 'output' | 'warnings' | 'errors']: Readonly<Call[part]> };
const NOTHING: Given = { output: [], warnings: [], errors: [] };

/**
 * A session's commands on the simulated organization. The session lives on one server, and that server's version
 * says which cmdlets and parameters there are.
 */
export class ExchangeHost implements CommandHost {
  readonly powerShellVersion: string;
  readonly #journal: Journal;

  /**
   * @param server name or FQDN of the server where the session lives
   * @param onDrop breaks the connection; called where a fault asks for it or the server is stopped
   * @param denied what no role of the account holds, see `permitted`
   * @throws Error where there is no such server, or it is stopped
   */
  constructor(
    private readonly store: Store,
    private readonly server: string,
    private readonly onDrop: () => void,
    private readonly denied: ReadonlySet<string> = new Set(),
  ) {
    const version = ExchangeVersion.ofBuild(this.#session(store.read()).build)!;
    this.powerShellVersion = POWERSHELL_VERSIONS[version.label] ?? '5.1.17763.1';
    this.#journal = new Journal(store);
  }

  async *run(pipeline: Pipeline, signal: AbortSignal, client: ClientHost = NO_HOST): AsyncIterable<Emission> {
    try {
      const trip = randomUUID();
      for (const chain of pipeline.statements) yield* this.#chain(chain, { trip, signal, client });
    } catch (error) {
      if (error instanceof ConnectionDropped) this.onDrop();
      if (!(error instanceof CmdletError)) throw error;
      yield { kind: 'failed', error: error.record };
    }
  }

  async *#chain(chain: readonly Command[], visit: Visit): AsyncIterable<Emission> {
    const [first, ...rest] = chain;
    if (first === undefined) return;
    if (chain.some((command) => command.isScript)) throw bindingError.scriptsNotAllowed();
    const options = this.#options();
    const selections = rest.map((command) => selectionOf(command, options));
    const call: Given = isGetCommand(first)
      ? this.#offered(first)
      : await this.#invoke(first, { ...visit, options, selection: selections[0] });
    for (const message of call.warnings) yield { kind: 'warning', message };
    let values: readonly PowerShellValue[] = call.output;
    for (const names of selections) values = selectProperties(names, values);
    for (const value of values) {
      if (visit.signal.aborted) return;
      yield { kind: 'output', value: presented(value, options) };
    }
    for (const error of call.errors) yield { kind: 'error', error };
  }

  /** Asking what there is is no call of Exchange's: the journal does not have it. */
  #offered(command: Command): Given {
    const session = this.#session(this.store.read());
    const catalog = catalogOf(ExchangeVersion.ofBuild(session.build)!);
    const { objects, errors } = offeredCommands(command.args, catalog, this.denied);
    return { output: objects, warnings: [], errors };
  }

  async #invoke(command: Command, circumstances: Circumstances): Promise<Given> {
    const { trip } = circumstances;
    const session = this.#session(this.store.read());
    const catalog = catalogOf(ExchangeVersion.ofBuild(session.build)!);
    const known = catalog.cmdlet(command.name);
    const cmdlet = known && permitted(known, this.denied);
    const behaviour = await behaviourOf(command.name);
    if (cmdlet === undefined) {
      this.#record(trip, session, command.name, new Map(), 'failed', false, 'CommandNotFoundException');
      throw bindingError.commandNotFound(command.name);
    }
    const bound = this.#bind(trip, session, cmdlet, command);
    const faults = faultsOf(this.store, cmdlet.name);
    if (behaviour === undefined) {
      throw exchangeError(
        cmdlet.name,
        session.name,
        'NotSupportedException',
        `The lab does not simulate ${cmdlet.name}.`,
      );
    }
    await this.#meet(faults, 'before', session, cmdlet, bound, circumstances);
    const conversation: Conversation = { answers: [], made: [] };
    const call = await this.#converse(behaviour, cmdlet, bound, circumstances, conversation);
    await this.#meet(faults, 'after', session, cmdlet, bound, circumstances);
    this.#record(
      trip,
      session,
      cmdlet.name,
      bound,
      'completed',
      call !== undefined,
      undefined,
      conversation.answers,
    );
    return call ?? NOTHING;
  }

  #bind(trip: string, session: ServerState, cmdlet: CatalogCmdlet, command: Command): Bound {
    try {
      return bind(cmdlet, command.args);
    } catch (error) {
      const id = error instanceof CmdletError ? error.record.fullyQualifiedErrorId : '';
      this.#record(trip, session, cmdlet.name, new Map(), 'failed', false, id);
      throw error;
    }
  }

  /** Runs a cmdlet, again for each answer that it needs; `undefined` where a person declined it. */
  async #converse(
    behaviour: CmdletBehaviour,
    cmdlet: CatalogCmdlet,
    bound: Bound,
    circumstances: Circumstances,
    conversation: Conversation,
  ): Promise<Call | undefined> {
    for (;;) {
      try {
        return this.#execute(behaviour, cmdlet, bound, circumstances, conversation);
      } catch (error) {
        if (error instanceof Declined) return undefined;
        if (!(error instanceof Question)) throw error;
        const choice = await this.#ask(error.message, cmdlet, bound, circumstances);
        conversation.answers.push({ question: error.message, yes: isYes(choice) });
      }
    }
  }

  async #ask(
    question: string,
    cmdlet: CatalogCmdlet,
    bound: Bound,
    { trip, client }: Circumstances,
  ): Promise<number> {
    try {
      return await client.promptForChoice(promptFor(question));
    } catch (error) {
      if (!(error instanceof PromptFailed)) throw error;
      const failure = new CmdletError(error.record(cmdletClass(cmdlet.name)));
      const session = this.#session(this.store.read());
      this.#record(trip, session, cmdlet.name, bound, 'failed', false, failure.record.fullyQualifiedErrorId);
      throw failure;
    }
  }

  #execute(
    behaviour: CmdletBehaviour,
    cmdlet: CatalogCmdlet,
    bound: Bound,
    { trip, options, selection }: Circumstances,
    conversation: Conversation,
  ): Call {
    const selected = selection && new Set(selection.map((name) => name.toLowerCase()));
    const run = (organization: Organization): Call => {
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
      behaviour.run(call);
      return call;
    };
    try {
      if (behaviour.changes === undefined) return run(readStale(this.store) ?? this.store.read());
      return this.store.locked(() => {
        const before = this.store.read();
        const call = this.store.change(run);
        keepForStaleReads(this.store, before);
        return call;
      });
    } catch (error) {
      if (error instanceof CmdletError) {
        const session = this.#session(this.store.read());
        this.#record(trip, session, cmdlet.name, bound, 'failed', false, error.record.fullyQualifiedErrorId);
      }
      throw error;
    }
  }

  async #meet(
    faults: readonly Fault[],
    when: 'before' | 'after',
    session: ServerState,
    cmdlet: CatalogCmdlet,
    bound: Bound,
    { trip, signal }: Circumstances,
  ): Promise<void> {
    for (const fault of faults.filter((candidate) => (candidate.when ?? 'before') === when)) {
      const applied = when === 'after';
      switch (fault.effect) {
        case 'delay':
          await sleep(fault.delayMs ?? 1000, undefined, { signal });
          break;
        case 'drop':
          this.#record(trip, session, cmdlet.name, bound, 'dropped', applied);
          throw new ConnectionDropped();
        case 'fail': {
          const error = exchangeError(
            cmdlet.name,
            session.name,
            'ADTransientException',
            'Active Directory is not available. This is a fault that was asked for.',
          );
          this.#record(
            trip,
            session,
            cmdlet.name,
            bound,
            'failed',
            applied,
            error.record.fullyQualifiedErrorId,
          );
          throw error;
        }
      }
    }
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

  #options(): LabOptions {
    return {
      ...DEFAULT_OPTIONS,
      ...(this.store.readJson('options.json') as Partial<LabOptions> | undefined),
    };
  }

  /** A session ends with its server. */
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

function isGetCommand({ name }: Command): boolean {
  return name.toLowerCase() === 'get-command';
}

/** The properties that a `Select-Object` leaves; nothing else may follow a cmdlet. */
function selectionOf(command: Command, options: LabOptions): readonly string[] {
  if (command.name.toLowerCase() !== 'select-object') throw bindingError.commandNotFound(command.name);
  if (options.selectObject === 'refused') {
    // What a restricted endpoint's own Select-Object answers to a list of properties.
    throw bindingError.validation('Select-Object', 'Property', 'The argument does not match the pattern.');
  }
  return propertyNames(command.args);
}
