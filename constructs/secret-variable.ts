import { TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * A secret that Terraform reads from the environment variable TF_VAR_<id>. It is ephemeral: neither the state nor a
 * saved plan holds it, so that the apply needs it as well. Left out, it is null.
 */
export class SecretVariable extends TerraformVariable {
  constructor(scope: Construct, id: string, description: string) {
    super(scope, id, { type: 'string', description, sensitive: true, nullable: true });
    // The same name whatever the id of the site is: documents and messages name TF_VAR_<id>.
    this.overrideLogicalId(id);
    // cdktf 0.21 has no property for `ephemeral`.
    this.addOverride('ephemeral', true);
    this.addOverride('default', null);
  }
}
