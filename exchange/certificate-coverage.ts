/**
 * Whether a name on a certificate stands for a host: the same name, or a wildcard for exactly its first label (RFC
 * 6125, section 6.4.3). Letter case does not count.
 */
export function covers(certificateName: string, host: string): boolean {
  const [name, wanted] = [certificateName.toLowerCase(), host.toLowerCase()];
  return name === wanted || (name.startsWith('*.') && wanted.split('.').slice(1).join('.') === name.slice(2));
}
