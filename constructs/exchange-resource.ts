import { TerraformResource } from 'cdktf';
import type { TerraformMetaArguments } from 'cdktf';
import type { Construct } from 'constructs';
import { PROVIDER_VERSION } from '../exchange/provider-address';
import type { Attributes, ResourceDefinition } from '../exchange/resources';
import type { ConfigOf } from '../schema';
import { PROVIDER_NAME } from './exchange-provider';

/**
 * A resource of the exchange provider, typed by its definition: leaving out a required attribute or setting a computed
 * one does not compile.
 */
export class ExchangeResource<A extends Attributes> extends TerraformResource {
  readonly #config: Readonly<Record<string, unknown>>;

  constructor(
    scope: Construct,
    id: string,
    definition: ResourceDefinition<A>,
    config: ConfigOf<A>,
    meta: TerraformMetaArguments = {},
  ) {
    super(scope, id, {
      terraformResourceType: definition.typeName,
      terraformGeneratorMetadata: { providerName: PROVIDER_NAME, providerVersion: PROVIDER_VERSION },
      // Without it Terraform destroys the objects of a removed server before it takes the server out of DNS:
      // docs/decisions/site-create-before-destroy.md.
      lifecycle: { createBeforeDestroy: true },
      ...meta,
    });
    this.#config = config;
  }

  /** A reference to an attribute, for use in another resource. */
  attribute(name: keyof A & string): string {
    return this.getStringAttribute(name);
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    return { ...this.#config };
  }
}
