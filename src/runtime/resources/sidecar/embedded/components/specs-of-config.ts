import { AgentsError } from "../../../../model/errors.ts";
import type { ResolvedComponent } from "../../../../model/resolved.ts";
import { componentOfConfig, type ComponentSpec } from "./component-spec.ts";
import { assertServed } from "./open-component.ts";

/** The type that serves where the config leaves it open and no server is there. */
const EMBEDDED = {
  pubsub: "pubsub.agents",
  statestore: "state.sqlite",
  secretstore: "secretstores.local.env",
} as const satisfies Record<ResolvedComponent["kind"], string>;

const PREFIX = {
  pubsub: "pubsub.",
  statestore: "state.",
  secretstore: "secretstores.",
} as const satisfies Record<ResolvedComponent["kind"], string>;

/**
 * The components of the config, of the types that serve here.
 *
 * @throws AgentsError AGENTS_NOT_SUPPORTED for a type that the embedded sidecar does not have
 */
export function specsOfConfig(components: readonly ResolvedComponent[]): readonly ComponentSpec[] {
  return components.map((component) => {
    const spec = componentOfConfig(component, component.type ?? EMBEDDED[component.kind]);
    assertServed(spec);
    if (!spec.type.startsWith(PREFIX[component.kind])) throw wrongKind(component, spec.type);
    return spec;
  });
}

function wrongKind({ name, kind }: ResolvedComponent, type: string): AgentsError {
  return new AgentsError("AGENTS_NOT_SUPPORTED", `the component ${name} is a ${kind}, and ${type} is none`, {
    path: `components.${name}.type`,
    found: type,
    expected: `a type that begins with ${PREFIX[kind]}`,
  });
}
