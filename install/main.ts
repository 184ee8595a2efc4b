import { homedir } from 'node:os';
import { join } from 'node:path';
import { PROVIDER_SOURCE, PROVIDER_VERSION } from '../exchange/provider-address';
import { layProvider } from './mirror';

/** The folder in which Terraform looks by default for providers that are in no registry. */
function pluginFolder(): string {
  return process.platform === 'win32'
    ? join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'terraform.d', 'plugins')
    : join(homedir(), '.terraform.d', 'plugins');
}

async function main(): Promise<void> {
  if (process.platform === 'win32') {
    throw new Error(
      'Terraform on Windows starts only .exe files, and the provider is not packed as one yet. Run it from Linux or WSL.',
    );
  }
  const file = await layProvider(pluginFolder(), 'provider/main.ts', {
    source: PROVIDER_SOURCE,
    version: PROVIDER_VERSION,
  });
  process.stdout.write(`The exchange provider ${PROVIDER_VERSION} is in place: ${file}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
