import { serve } from '../plugin';

// Loaded after the handshake, while Terraform connects: a plan starts this program three times.
void serve(async () => (await import('./definition')).exchangeProvider(process.env));
