/**
 * Suffixes that are in no public DNS and never will be: special use (RFC 6761, 6762, 8375, 9476), reserved for private
 * use (.internal, ICANN 2024) or never to be delegated since networks use them (.corp, .home, .mail, ICANN 2018), and
 * what RFC 6762 appendix G saw in use. https://cabforum.org/working-groups/server/guidance-internal-names/
 */
const SUFFIXES: readonly string[] = [
  'local',
  'localhost',
  'localdomain',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'mail',
  'lan',
  'test',
  'example',
  'invalid',
  'alt',
  'home.arpa',
];

/** Whether no public authority certifies the name, because it has no domain, or a suffix that nobody can register. */
export function isInternalName(name: string): boolean {
  const canonical = name.toLowerCase().replace(/\.$/, '').replace(/^\*\./, '');
  return !canonical.includes('.') || SUFFIXES.some((suffix) => canonical.endsWith(`.${suffix}`));
}
