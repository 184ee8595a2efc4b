import { TerraformElement } from 'cdktf';
import type { TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * Imports an existing object into the state at the first deploy; at later ones it has no effect. cdktf's own
 * `importFrom` runs `terraform version` in every synth, but a synth must also work where Terraform is not installed.
 */
export class ImportBlock extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly target: TerraformResource,
    private readonly importId: string,
  ) {
    super(scope, id);
  }

  override toTerraform(): object {
    return {
      import: [
        { to: `${this.target.terraformResourceType}.${this.target.friendlyUniqueId}`, id: this.importId },
      ],
    };
  }
}
