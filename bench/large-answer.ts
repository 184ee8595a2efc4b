import type { PowerShellValue } from '../powershell/outcome';
import { serialize } from '../remoting/clixml/serialize';
import type { ClientHost, CommandHost } from '../remoting/server/command-host';

/** A cmdlet that Exchange does not have: `LARGE_BYTES` of what the first cmdlet of `repeated` returns. */
export const LARGE_CMDLET = 'Get-LargeAnswer';
const REPEATED = 'Get-OwaVirtualDirectory';
/** Size of the answer in CLIXML, before it is split into fragments and encoded in base64. */
const LARGE_BYTES = 10_000_000;

/** Adds to `host` a cmdlet whose answer is as large as that of a very large organization. */
export function withLargeAnswer(host: CommandHost): CommandHost {
  return {
    powerShellVersion: host.powerShellVersion,
    async *run(pipeline, signal, client) {
      if (pipeline.statements[0]?.[0]?.name !== LARGE_CMDLET) {
        yield* host.run(pipeline, signal, client);
        return;
      }
      const value = await firstObject(host, signal, client);
      const count = Math.ceil(LARGE_BYTES / Buffer.byteLength(serialize(value)));
      for (let index = 0; index < count; index += 1) yield { kind: 'output', value };
    },
  };
}

async function firstObject(
  host: CommandHost,
  signal: AbortSignal,
  client: ClientHost,
): Promise<PowerShellValue> {
  const command = { name: REPEATED, isScript: false, args: [] };
  for await (const emission of host.run({ statements: [[command]] }, signal, client)) {
    if (emission.kind === 'output') return emission.value;
  }
  throw new Error(`the lab has nothing for ${REPEATED}`);
}
