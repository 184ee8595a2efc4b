import { textOf } from '../exchange/resources/property';
import { sameName } from '../exchange/resources/equality';
import type { Invocation } from '../powershell/invocation';
import type { ObjectsOutcome, PowerShellObject } from '../powershell/outcome';
import type { Trip } from '../powershell/session';

/** By the name of the server, in lower case. */
type ServerAnswers = ReadonlyMap<string, ObjectsOutcome>;

/**
 * This call goes before the call for each server and marks where its objects begin: nothing in a certificate tells
 * which server showed it.
 */
const MARK = 'Get-ExchangeServer';
/** A property that marks have and certificates do not. */
const MARK_PROPERTY = 'AdminDisplayVersion';
const MARK_PROPERTIES = ['Name', MARK_PROPERTY];

/**
 * Makes a read that shows only one server for all servers of the run in one trip. Before each server's call there is
 * one that returns the server itself, as a mark:
 *
 *     Get-ExchangeServer EX1; Get-ExchangeCertificate -Server EX1; Get-ExchangeServer EX2; …
 *
 * Where the answer is not unambiguous, the caller reads each server by itself.
 */
export class ServerReadings {
  readonly #trips = new Map<string, Promise<ServerAnswers>>();

  /**
   * @param servers that a trip reads
   * @param invokeInTurn as in `Session`; undefined where the trip did not complete
   */
  constructor(
    private readonly servers: () => Promise<readonly string[]>,
    private readonly invokeInTurn: (
      calls: readonly [Invocation, ...Invocation[]],
    ) => Promise<Trip | undefined>,
  ) {}

  /** The answer to a call with the parameter `Server`; undefined where only that call itself can tell. */
  async get(invocation: Invocation): Promise<ObjectsOutcome | undefined> {
    const { Server: server, ...rest } = invocation.parameters;
    if (typeof server !== 'string') return undefined;
    const key = JSON.stringify({ ...invocation, parameters: rest });
    let trip = this.#trips.get(key);
    if (trip === undefined) this.#trips.set(key, (trip = this.#readInOneTrip(invocation)));
    return (await trip).get(server.toLowerCase());
  }

  async #readInOneTrip(invocation: Invocation): Promise<ServerAnswers> {
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
 * The objects between the marks, by server. Empty where a mark is missing or out of place, so that a call may not have
 * run; where there is any error, since an error does not tell which server it is about; and where a server shows
 * nothing, which may be a failure without an error.
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
