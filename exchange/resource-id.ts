/** A name in the form for Terraform addresses, which begin with a letter or an underscore. */
export function idOf(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}
