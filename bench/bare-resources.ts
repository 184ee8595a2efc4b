import { App, TerraformResource, TerraformStack } from 'cdktf';

/**
 * An app with as many resources as `BARE_RESOURCES` says, each as cdktf makes it of a type and an id: what a site's
 * resources would cost at least.
 */
const count = Number(process.env['BARE_RESOURCES']);
if (!Number.isInteger(count) || count < 1) throw new Error('BARE_RESOURCES is no number of resources');
const app = new App({ stackTraces: false });
const stack = new TerraformStack(app, 'bare');
for (let index = 0; index < count; index += 1) {
  new TerraformResource(stack, `bare-${index}`, { terraformResourceType: 'terraform_data' });
}
app.synth();
