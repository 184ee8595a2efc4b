import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { startDnsServer } from './server';
import { tsigKey } from '../../dns/tsig';
import { fileStore } from './zone-store';

const USAGE = `Starts the lab's DNS server on the loopback address.

  --zone <name>             a zone, with the dot at its end; may be given again
  --key-name <name>         name of the key that may change records, with the dot at its end
  --key-algorithm <name>    hmac-sha256 when left out
  --key-secret-file <path>  file that holds the key's secret in Base64; when left out, the secret is
                            taken from the environment variable LAB_DNS_KEY_SECRET
  --port <number>           one that the system chooses when left out
  --state <path>            file that keeps the records over a restart; none when left out
  --stop-with-stdin         stops when its standard input ends, as it does when the caller ends

It prints one line of JSON with the address and the port, and runs until it is stopped.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      zone: { type: 'string', multiple: true },
      'key-name': { type: 'string' },
      'key-algorithm': { type: 'string', default: 'hmac-sha256' },
      'key-secret-file': { type: 'string' },
      port: { type: 'string', default: '0' },
      state: { type: 'string' },
      'stop-with-stdin': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const port = Number(values.port);
  if (values.zone === undefined || values['key-name'] === undefined || !Number.isInteger(port)) {
    throw new Error('give at least --zone and --key-name; --help says more');
  }
  const secret =
    values['key-secret-file'] === undefined
      ? process.env['LAB_DNS_KEY_SECRET']
      : readFileSync(values['key-secret-file'], 'utf8').trim();
  if (secret === undefined || secret === '') {
    throw new Error('the key has no secret: set LAB_DNS_KEY_SECRET or give --key-secret-file');
  }
  const server = await startDnsServer({
    zones: values.zone.map((name) => ({ name })),
    keys: [tsigKey(values['key-name'], values['key-algorithm'], secret)],
    port,
    ...(values.state === undefined ? {} : { store: fileStore(values.state) }),
  });
  process.stdout.write(`${JSON.stringify({ address: server.address, port: server.port })}\n`);

  const stop = (): void => void server.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (values['stop-with-stdin']) process.stdin.resume().once('end', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`dns: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
