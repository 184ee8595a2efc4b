/**
 * Finds the cmdlet that each command of a client runs, without a Select-Object after it; several are separated by
 * spaces.
 */
export class Calls {
  readonly #cmdlets = new Map<string, string>();

  /** Undefined where the request is about the runspace pool, or cannot be read. */
  cmdletOf(operation: string, envelope: string): string | undefined {
    const id = /\bCommandId="([^"]*)"/.exec(envelope)?.[1]?.toLowerCase();
    if (id === undefined) return undefined;
    if (operation === 'Command') {
      const [, base64 = ''] = /Arguments(?:\s[^>]*)?>([^<]*)</.exec(envelope) ?? [];
      // The names of commands come early in a pipeline (MS-PSRP 2.2.3.11), within the first fragment.
      const text = Buffer.from(base64, 'base64').toString('utf8');
      const names = [...text.matchAll(/<S N="Cmd">([^<]*)</g)].map(([, name = '']) => name);
      const cmdlets = [...new Set(names)].filter((name) => name !== 'Select-Object');
      if (cmdlets.length > 0) this.#cmdlets.set(id, cmdlets.join(' '));
    }
    return this.#cmdlets.get(id);
  }
}
