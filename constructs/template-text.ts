/**
 * Escapes a text for a Terraform configuration, in which every text is a template: `${` and `%{` begin an expression,
 * and `$${` and `%%{` stand for themselves (Terraform's page on strings and templates).
 */
export function templateText(text: string): string {
  return text.replace(/([$%])\{/g, '$1$1{');
}
