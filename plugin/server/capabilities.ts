/** What this framework can do beyond the base of the protocol. Every provider on it has the same. */
export const CAPABILITIES = { planDestroy: true, getProviderSchemaOptional: true, moveResourceState: false };
