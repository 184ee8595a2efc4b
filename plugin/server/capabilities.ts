/** What this framework can do beyond the protocol's base; the same for every provider on it. */
export const CAPABILITIES = { planDestroy: true, getProviderSchemaOptional: true, moveResourceState: false };
