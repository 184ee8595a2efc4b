import { restartDns } from './dns';
import { Sandbox } from './sandbox';

restartDns(new Sandbox().dns).then(
  ({ port }) =>
    process.stdout.write(`The quick start's DNS server answers on 127.0.0.1:${port}. Ctrl-C ends it.\n`),
  (error: Error) => {
    process.stderr.write(
      `${error.message}\nRun npm run quickstart first: it creates what this command starts.\n`,
    );
    process.exitCode = 1;
  },
);
