/**
 * The source address of the provider. A host below .local has no public name and no public certificate (RFC 6762): if
 * the provider is not installed locally, Terraform finds nothing, and never somebody else's package of the same name.
 */
export const PROVIDER_SOURCE = 'terraform.local/exchange-infrastructure/exchange';

/** Increased with every release, because lock files record it. */
export const PROVIDER_VERSION = '0.1.0';
