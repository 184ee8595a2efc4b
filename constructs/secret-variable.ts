import { TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * A secret that Terraform is given in the environment, TF_VAR_<id>. It is ephemeral: neither state nor a saved plan
 * keeps it, so it must be given to an apply as well. Left out, it is null.
 */
export class SecretVariable extends TerraformVariable {
  constructor(scope: Construct, id: string, description: string) {
    super(scope, id, { type: 'string', description, sensitive: true, nullable: true });
    // Whatever the site is called: documents and messages name TF_VAR_<id>.
    this.overrideLogicalId(id);
    // cdktf 0.21 has no property for it.
    this.addOverride('ephemeral', true);
    this.addOverride('default', null);
  }
}
