/** What the stand-in stands in for: the provider that @cdktf/provider-dns 9.0.1 names. */
export const DNS_PROVIDER = { address: 'registry.terraform.io/hashicorp/dns', version: '3.4.3' } as const;
