import { TerraformElement } from 'cdktf';
import type { TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * Takes an existing object into the state at the first deploy; later ones find it there. cdktf's own `importFrom`
 * runs `terraform version` in every synth, which must work where there is no Terraform.
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
