import { applied, type Call } from './call';
import type { Json, ServerState, Settings } from './state';

/** Parameters of a Set cmdlet that do not name a property. */
const NOT_PROPERTIES = new Set(['Identity', 'Confirm', 'WhatIf', 'DomainController', 'Force', 'Instance']);

/** The changes of a call by property, after `Add` and `Remove` have been applied. */
function changedSettings(call: Call, current: Settings): Settings {
  const changed: { [name: string]: Json } = {};
  for (const [name, value] of call.bound) {
    const parameter = call.cmdlet.parameter(name);
    if (NOT_PROPERTIES.has(name) || parameter?.common === true || parameter?.type === 'SwitchParameter')
      continue;
    const wanted = applied(current[name], value);
    if (JSON.stringify(wanted) !== JSON.stringify(current[name] ?? null)) changed[name] = wanted;
  }
  return changed;
}

/** Stores the settings of a call. Warns, as Exchange does, where nothing changes. */
export function takeOver(
  call: Call,
  object: { settings: Settings; changed: string },
  defaults: Settings,
  identity: string,
): Settings {
  const changed = changedSettings(call, { ...defaults, ...object.settings });
  if (Object.keys(changed).length === 0) {
    call.warn(`The command completed successfully but no settings of '${identity}' have been modified.`);
    return changed;
  }
  Object.assign(object.settings, changed);
  call.touch(object);
  return changed;
}

/** The same for an object that a server has only one of, whose settings are kept under its noun. */
export function takeOverService(call: Call, server: ServerState, noun: string, defaults: Settings): void {
  const holder = { settings: (server.services[noun] ??= {}), changed: server.changed };
  takeOver(call, holder, defaults, server.name);
  server.changed = holder.changed;
}
