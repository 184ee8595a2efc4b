import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogOf, ExchangeVersion, type CatalogCmdlet } from '../../exchange/versions';
import type { PowerShellValue } from '../../powershell/outcome';
import type { Command, CommandHost, Emission, Pipeline } from '../../remoting/server/command-host';
import { bind, type Bound } from './binding';
import { Call } from './call';
import type { CmdletBehaviour } from './cmdlet';
import { bindingError, CmdletError, exchangeError } from './cmdlet-error';
import { behaviourOf } from './cmdlets';
import { faultsOf, type Fault } from './faults';
import { Journal, shownArguments, type JournalEntry } from './journal';
import { offeredCommands, permitted } from './offered-commands';
import { optionsFor, type LabOptions } from './options';
import { presented, selectionOf, selectProperties } from './projection';
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

/** Who has the session open, and how they came; a way in knows what it knows. */
export interface SessionClient {
  /** Whose roles decide which cmdlets there are. Left out: all cmdlets. */
  readonly user?: string;
  /** Of the address, without its question mark, where the session came over WSMan. Left out: it did not. */
  readonly query?: string;
  /** Breaks the connection; called where a fault asks for it or the server is stopped. Left out: the call throws. */
  readonly drop?: () => void;
}

/** What a call comes with. */
interface Circumstances {
  /** The trip over the connection that brought it. */
  readonly trip: string;
  readonly options: LabOptions;
  readonly signal: AbortSignal;
  /** Properties that go out, where a Select-Object follows. */
  readonly selection: readonly string[] | undefined;
}

/** What a command gave. */
type Given = { readonly [part in 'output' | 'warnings' | 'errors']: Readonly<Call[part]> };

/**
 * A session's commands on the simulated organization. The session lives on one server, and that server's version
 * says which cmdlets and parameters there are.
 */
export class ExchangeHost implements CommandHost {
  readonly powerShellVersion: string;
  readonly #journal: Journal;

  /**
   * @param server name or FQDN of the server where the session lives
   * @param client who asks, and how they came
   * @param denied what no role of the account holds, see `permitted`
   * @throws Error where there is no such server, or it is stopped
   */
  constructor(
    private readonly store: Store,
    private readonly server: string,
    private readonly client: SessionClient,
    private readonly denied: ReadonlySet<string> = new Set(),
  ) {
    const version = ExchangeVersion.ofBuild(this.#session(store.read()).build)!;
    this.powerShellVersion = POWERSHELL_VERSIONS[version.label] ?? '5.1.17763.1';
    this.#journal = new Journal(store);
  }

  async *run(pipeline: Pipeline, signal: AbortSignal): AsyncIterable<Emission> {
    try {
      const trip = randomUUID();
      for (const chain of pipeline.statements) yield* this.#chain(chain, trip, signal);
    } catch (error) {
      if (error instanceof ConnectionDropped) this.client.drop?.();
      if (!(error instanceof CmdletError)) throw error;
      yield { kind: 'failed', error: error.record };
    }
  }

  async *#chain(chain: readonly Command[], trip: string, signal: AbortSignal): AsyncIterable<Emission> {
    const [first, ...rest] = chain;
    if (first === undefined) return;
    if (chain.some((command) => command.isScript)) throw bindingError.scriptsNotAllowed();
    const options = this.#options();
    const selections = rest.map((command) => selectionOf(command, options));
    const call: Given = isGetCommand(first)
      ? this.#offered(first)
      : await this.#invoke(first, { trip, options, signal, selection: selections[0] });
    for (const message of call.warnings) yield { kind: 'warning', message };
    let values: readonly PowerShellValue[] = call.output;
    for (const names of selections) {
      const selected = selectProperties(names, values);
      for (const error of selected.errors) yield { kind: 'error', error };
      values = selected.values;
    }
    for (const value of values) {
      if (signal.aborted) return;
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

  async #invoke(command: Command, circumstances: Circumstances): Promise<Call> {
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
    const call = this.#execute(behaviour, cmdlet, bound, circumstances);
    await this.#meet(faults, 'after', session, cmdlet, bound, circumstances);
    this.#record(trip, session, cmdlet.name, bound, 'completed', true);
    return call;
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

  #execute(
    behaviour: CmdletBehaviour,
    cmdlet: CatalogCmdlet,
    bound: Bound,
    { trip, options, selection }: Circumstances,
  ): Call {
    const selected = selection && new Set(selection.map((name) => name.toLowerCase()));
    const run = (organization: Organization): Call => {
      const session = this.#session(organization);
      const version = ExchangeVersion.ofBuild(session.build)!;
      const draft = organization as OrganizationDraft;
      const call = new Call(cmdlet, bound, draft, session, catalogOf(version), options, new Date(), selected);
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
  ): void {
    this.#journal.record({
      time: new Date().toISOString(),
      trip,
      session: session.name,
      cmdlet,
      parameters: shownArguments(bound),
      outcome,
      applied,
      ...(errorId === undefined ? {} : { errorId }),
    });
  }

  #options(): LabOptions {
    const stored = this.store.readJson('options.json') as Partial<LabOptions> | undefined;
    return optionsFor(stored ?? {}, this.client.query);
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
