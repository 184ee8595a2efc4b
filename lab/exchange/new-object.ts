import { randomUUID } from 'node:crypto';
import type { DirectoryObject, Settings } from './state';

/** An object of the directory that was just made. */
export function newObject(name: string, now: Date, settings: Settings = {}): DirectoryObject {
  const moment = now.toISOString();
  return { name, guid: randomUUID(), created: moment, changed: moment, settings };
}
