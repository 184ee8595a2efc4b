import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

// In a process of its own: one that Node cannot end spins for ever.
test.each([
  ['that is open is reset', [], 'read ECONNRESET'],
  ['that has begun to end is closed, so that the process ends', ['ending'], ''],
])(
  'a connection %s',
  async (_what, args, said) => {
    const program = ['--import', 'tsx', join(__dirname, 'resetting.ts'), ...args];
    const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect({ output, code: child.exitCode }).toEqual({ output: said, code: 0 });
  },
  60_000,
);
