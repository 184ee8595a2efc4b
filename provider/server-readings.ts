import { textOf } from '../exchange/resources/property';
import { sameName } from '../exchange/resources/equality';
import type { Invocation } from '../powershell/invocation';
import type { ObjectsOutcome, PowerShellObject } from '../powershell/outcome';
import type { Trip } from '../powershell/session';

/** By the name of the server, in lower case. */
type ServerAnswers = ReadonlyMap<string, ObjectsOutcome>;

/** Stands in an answer before what its server showed: nothing in certificates themselves tells whose they are. */
const MARK = 'Get-ExchangeServer';
/** What a mark has and no certificate does. */
const MARK_PROPERTY = 'AdminDisplayVersion';
const MARK_PROPERTIES = ['Name', MARK_PROPERTY];

/**
 * A read that shows one server alone, made for all servers of the run in one trip: before each server's own call there
 * is one that returns the server itself. Whatever is not plain in the answer is left to a read of that server alone.
 */
export class ServerReadings {
  readonly #trips = new Map<string, Promise<ServerAnswers>>();

  /**
   * @param servers those that a trip reads
   * @param invokeInTurn as in `Session`; undefined where it did not come to its end
   */
  constructor(
    private readonly servers: () => Promise<readonly string[]>,
    private readonly invokeInTurn: (
      calls: readonly [Invocation, ...Invocation[]],
    ) => Promise<Trip | undefined>,
  ) {}

  /** What a call with the parameter `Server` shows; undefined where only the call itself can tell. */
  async get(invocation: Invocation): Promise<ObjectsOutcome | undefined> {
    const { Server: server, ...rest } = invocation.parameters;
    if (typeof server !== 'string') return undefined;
    const key = JSON.stringify({ ...invocation, parameters: rest });
    let trip = this.#trips.get(key);
    if (trip === undefined) this.#trips.set(key, (trip = this.#travel(invocation)));
    return (await trip).get(server.toLowerCase());
  }

  async #travel(invocation: Invocation): Promise<ServerAnswers> {
    const servers = await this.servers();
    const calls = servers.flatMap((server) => [
      { cmdlet: MARK, parameters: { Identity: server }, properties: MARK_PROPERTIES },
      { ...invocation, parameters: { ...invocation.parameters, Server: server } },
    ]);
    const [first, ...more] = calls;
    if (first === undefined || servers.length < 2) return new Map();
    return byServer(servers, await this.invokeInTurn([first, ...more]));
  }
}

/**
 * Empty where not every mark is in its place, so that some call may not have run, or where something may have been kept
 * back: nothing in an error tells whose it is, and a server that shows nothing fails in silence at best.
 */
function byServer(servers: readonly string[], trip: Trip | undefined): ServerAnswers {
  if (trip === undefined || trip.errors.length > 0) return new Map();
  const groups: PowerShellObject[][] = [];
  for (const object of trip.objects) {
    if (textOf(object, MARK_PROPERTY) === null) groups.at(-1)?.push(object);
    else if (sameName(textOf(object, 'Name') ?? '', servers[groups.length] ?? '')) groups.push([]);
    else return new Map();
  }
  if (groups.length !== servers.length || groups.some((group) => group.length === 0)) return new Map();
  return new Map(
    groups.map((objects, index): [string, ObjectsOutcome] => [
      (servers[index] ?? '').toLowerCase(),
      { kind: 'objects', objects, warnings: [], errors: [] },
    ]),
  );
}
