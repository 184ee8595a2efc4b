import { restartExchange } from './exchange';
import { Sandbox } from './sandbox';

restartExchange(new Sandbox().exchange).then(
  ({ url }) =>
    process.stdout.write(`The quick start's Exchange endpoint answers at ${url}. Ctrl-C ends it.\n`),
  (error: Error) => {
    process.stderr.write(
      `${error.message}\nRun npm run quickstart -- --over wsman, or kerberos, first: it creates what this command starts.\n`,
    );
    process.exitCode = 1;
  },
);
