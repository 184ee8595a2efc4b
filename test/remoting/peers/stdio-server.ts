import { serve } from '../../../remoting/server/serve';
import { sampleHost } from './sample-host';

serve(sampleHost, process.stdin, process.stdout).then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
