export * from './certificate';
export * from './certificate-file';
export * from './coverage';
export * from './error';
export * from './issue';
export * from './pfx';
export * from './trust';
export * from './write-pfx';
