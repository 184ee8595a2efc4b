/**
 * Adds those parameters to an address whose names are not in its query; letter case does not count. PowerShell parts a query
 * with semicolons; the mark that the address has already is kept.
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
