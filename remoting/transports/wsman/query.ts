/**
 * Adds the parameters whose names are not in the query of the address yet. Letter case does not count. The separator is
 * the one that the query uses already, or a semicolon, as PowerShell writes it.
 *
 * @param parameters as `name=value`
 */
export function addMissing(address: URL, parameters: readonly string[]): void {
  const names = new Set(parametersOf(address).map(nameOf));
  for (const parameter of parameters.filter((one) => !names.has(nameOf(one)))) {
    const mark = address.search.length <= 1 ? '?' : address.search.includes('&') ? '&' : ';';
    address.search += `${mark}${parameter}`;
  }
}

/** The parameters of an address, as `name=value`. */
export function parametersOf({ search }: URL): readonly string[] {
  return search
    .slice(1)
    .split(/[;&]/)
    .filter((parameter) => parameter !== '');
}

function nameOf(parameter: string): string {
  return (parameter.split('=')[0] ?? '').toLowerCase();
}
