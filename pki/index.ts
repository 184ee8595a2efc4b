export * from './certificate';
export * from './error';
export * from './issue';
