import { SimulatedOrganization } from '../../../lab/exchange/organization';
import { endpointCertificate } from '../../../lab/wsman/certificate';
import { startEndpoint } from '../../../lab/wsman/endpoint';
import { kerberosSignIn } from '../../../lab/wsman/kerberos';

/**
 * As `lab/wsman/main.ts`, with Kerberos alone and a line more for each token that it took or gave, in base64:
 * `<state folder> <server> <port> <service>`.
 */
async function main([folder = '', server = '', port = '', service = '']: readonly string[]): Promise<void> {
  const organization = SimulatedOrganization.open(folder);
  const { cert, key, caFile } = endpointCertificate(folder, ['localhost']);
  const signIn = kerberosSignIn(service, { schemes: ['Negotiate'] });
  const running = await startEndpoint({
    host: ({ query, drop }) => organization.host(server, { query, drop }),
    authentication: {
      kerberos: {
        ...signIn,
        accept(scheme, bindings) {
          const context = signIn.accept(scheme, bindings);
          const token = context.token.bind(context);
          context.token = async (received, waiting) => {
            process.stdout.write(`${Buffer.from(received ?? []).toString('base64')}\n`);
            const answer = await token(received, waiting);
            process.stdout.write(`${answer?.toString('base64') ?? ''}\n`);
            return answer;
          };
          return context;
        },
      },
    },
    tls: { cert, key },
    port: Number(port),
  });
  process.stdout.write(`https://localhost:${running.port}/PowerShell/ ${caFile}\n`);
  process.stdin.resume();
  process.stdin.on('end', () => void running.close());
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
  process.stdin.destroy();
});
