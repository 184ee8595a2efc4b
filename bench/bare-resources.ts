import { App, TerraformResource, TerraformStack } from 'cdktf';

/**
 * An app with `BARE_RESOURCES` resources that have only a type and an id: the least that cdktf needs for as many resources as a
 * site has.
 */
const count = Number(process.env['BARE_RESOURCES']);
if (!Number.isInteger(count) || count < 1) throw new Error('BARE_RESOURCES is not a number of resources');
const app = new App({ stackTraces: false });
const stack = new TerraformStack(app, 'bare');
for (let index = 0; index < count; index += 1) {
  new TerraformResource(stack, `bare-${index}`, { terraformResourceType: 'terraform_data' });
}
app.synth();
