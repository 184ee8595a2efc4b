import { log, serve } from '../plugin';

// Imported after the handshake, while Terraform connects: a plan starts this program three times.
void serve(async () => {
  const { exchangeProvider } = await import('./definition');
  return exchangeProvider(process.env, { note: (message) => log('debug', message) });
});
