/** The provider that the stand-in replaces: the one that @cdktf/provider-dns 9.0.1 names. */
export const DNS_PROVIDER = { address: 'registry.terraform.io/hashicorp/dns', version: '3.4.3' } as const;
