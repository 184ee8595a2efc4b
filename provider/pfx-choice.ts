import type { PfxChoice } from '../pki/pfx';
import { isKnown, isList, type Values } from '../schema';

/** How the configuration chooses one of several certificates in the PFX. */
export function choiceOf(config: Values): PfxChoice {
  const names = config['required_names'] ?? null;
  const thumbprint = config['expected_thumbprint'];
  return {
    ...(isList(names) && isKnown(names) ? { names: names as readonly string[] } : {}),
    ...(typeof thumbprint === 'string' ? { thumbprint } : {}),
  };
}
