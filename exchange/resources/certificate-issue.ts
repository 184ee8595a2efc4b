/** How a connector refers to a certificate: by issuer and subject. Null where one is not known. */
export interface Issue {
  readonly issuer: string | null;
  readonly subject: string | null;
}

/** `<I>issuer<S>subject`, https://learn.microsoft.com/powershell/module/exchangepowershell/set-receiveconnector */
export function issueOf(text: string): Issue | null {
  const [, issuer, subject] = /^<I>(.*)<S>(.*)$/is.exec(text) ?? [];
  return issuer === undefined || subject === undefined ? null : { issuer, subject };
}

export function isSameIssue(left: Issue, right: Issue): boolean {
  return isSameName(left.issuer, right.issuer) && isSameName(left.subject, right.subject);
}

/**
 * Compares distinguished names leniently: spaces, letter case and the names of parts (`S` and `ST`) vary. If two
 * different names are taken for one, a certificate stays on its server unnecessarily; the reverse error would remove
 * one that is in use.
 */
function isSameName(left: string | null, right: string | null): boolean {
  const values = (name: string) =>
    (name.match(/=(?:"(?:[^"]|"")*"|[^,+]*)/g) ?? [])
      .map((value) => value.slice(1).replace(/^"|"$/g, '').replace(/\s+/g, ' ').trim().toLowerCase())
      .sort()
      .join('\n');
  return left !== null && right !== null && values(left) === values(right);
}
