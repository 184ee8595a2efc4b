/** Which cmdlet each command of a client runs: the first of its pipeline. */
export class Calls {
  readonly #cmdlets = new Map<string, string>();

  /** Undefined where the request is about the pool, or is none that can be read. */
  cmdletOf(operation: string, envelope: string): string | undefined {
    const id = /\bCommandId="([^"]*)"/.exec(envelope)?.[1]?.toLowerCase();
    if (id === undefined) return undefined;
    if (operation === 'Command') {
      const [, base64 = ''] = /Arguments(?:\s[^>]*)?>([^<]*)</.exec(envelope) ?? [];
      // The name comes early in the pipeline (MS-PSRP 2.2.3.11), within the first fragment.
      const [, cmdlet] = /<S N="Cmd">([^<]*)</.exec(Buffer.from(base64, 'base64').toString('utf8')) ?? [];
      if (cmdlet !== undefined) this.#cmdlets.set(id, cmdlet);
    }
    return this.#cmdlets.get(id);
  }
}
