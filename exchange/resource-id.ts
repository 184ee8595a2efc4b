/** A name as Terraform takes it in an address: one begins with a letter or an underscore. */
export function idOf(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}
