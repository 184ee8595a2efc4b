import { CatalogCmdlet } from '../../exchange/versions';
import type { ParameterFact } from '../../exchange/versions/delta';

/** Describes a command of PowerShell itself, with those of its parameters that the lab takes. */
export function powerShellCommand(
  name: string,
  parameters: { readonly [name: string]: ParameterFact },
): CatalogCmdlet {
  return new CatalogCmdlet(name, false, false, new Map(Object.entries(parameters)));
}
