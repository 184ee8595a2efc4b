/**
 * Where Terraform knows the provider from. A host below .local has no public name and no public certificate (RFC
 * 6762): where the provider is not laid down, Terraform finds nothing, never a stranger's package of the same name.
 */
export const PROVIDER_SOURCE = 'terraform.local/exchange-infrastructure/exchange';

/** Raised with every release; lock files know the provider by it. */
export const PROVIDER_VERSION = '0.1.0';
