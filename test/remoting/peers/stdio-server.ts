import type { CommandHost } from '../../../remoting/server/command-host';
import { serve } from '../../../remoting/server/serve';
import { sampleHost } from './sample-host';

const host: CommandHost = {
  ...sampleHost,
  run(pipeline, signal, client) {
    if (pipeline.statements[0]?.[0]?.name === 'Stop-Server') process.kill(process.pid, 'SIGKILL');
    return sampleHost.run(pipeline, signal, client);
  },
};

serve(host, process.stdin, process.stdout).then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
