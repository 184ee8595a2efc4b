import { CatalogCmdlet } from '../../exchange/versions';
import type { ParameterFact } from '../../exchange/versions/delta';

/** A command of PowerShell itself, with as many of its parameters as the lab takes. */
export function powerShellCommand(
  name: string,
  parameters: { readonly [name: string]: ParameterFact },
): CatalogCmdlet {
  return new CatalogCmdlet(name, false, false, new Map(Object.entries(parameters)));
}
