/**
 * Text that Terraform takes as it is: in a configuration every text is a template, in which `${` and `%{` begin an
 * expression. Doubled they stand for themselves (Terraform's page on strings and templates).
 */
export function templateText(text: string): string {
  return text.replace(/([$%])\{/g, '$1$1{');
}
