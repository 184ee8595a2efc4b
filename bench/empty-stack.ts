import { App, TerraformStack } from 'cdktf';

// The least that a cdktf app can be: what every synth pays for.
const app = new App({ stackTraces: false });
new TerraformStack(app, 'empty');
app.synth();
