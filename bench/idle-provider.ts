import { serve } from '../plugin';
import { text } from '../schema';

/** A provider that does nothing at all: what remains is Terraform, its protocol and this project's framework. */
void serve(() => ({
  typeName: 'idle',
  schema: { version: 0, description: 'Does nothing.', attributes: {} },
  resources: [
    {
      typeName: 'idle_directory',
      schema: {
        version: 0,
        description: 'Is as it was declared.',
        attributes: {
          server: text('required', 'As of a virtual directory.'),
          internal_url: text('required', 'As of a virtual directory.'),
          external_url: text('required', 'As of a virtual directory.'),
        },
      },
      steps: () => [],
      describe: () => '',
      execute: async () => [],
      read: async (state) => ({ state }),
    },
  ],
  configure: async () => ({ target: {} }),
}));
