/** The event types a vendor offers, ready to be imported. What a type describes is the payload, without the envelope. */

export type CatalogueEventType = {
  name: string;
  description: string;
  groupName: string;
  /** JSON Schema of the payload, with one example that fits it. */
  schema: Record<string, unknown>;
};

export type Catalogue = {
  name: string;
  title: string;
  description: string;
  eventTypes: CatalogueEventType[];
};

type Fields = Record<string, Record<string, unknown>>;
type Told = { name: string; description: string; fields: Fields; example: Record<string, unknown> };

/** A payload that the vendor's page shows: every field it shows is there, and there may be more. */
export function shown({ name, description, fields, example }: Told): CatalogueEventType {
  return {
    name,
    description,
    groupName: groupOf(name),
    schema: schemaOf(fields, example, Object.keys(fields)),
  };
}

/**
 * A type that the vendor's page names without showing its payload: the fields are those its other types have, and none
 * is required, so that no payload of the vendor's can be refused for a guess.
 */
export function named({ name, description, fields, example }: Told): CatalogueEventType {
  return { name, description, groupName: groupOf(name), schema: schemaOf(fields, example, []) };
}

function schemaOf(fields: Fields, example: Record<string, unknown>, required: string[]) {
  return {
    type: "object",
    properties: fields,
    ...(required.length === 0 ? {} : { required }),
    examples: [example],
  };
}

function groupOf(name: string): string {
  return name.split(".")[0] ?? name;
}

export const text = (description: string) => ({ type: "string", description });
export const time = (description: string) => ({ type: "string", format: "date-time", description });
export const number = (description: string) => ({ type: "number", description });
export const whole = (description: string) => ({ type: "integer", description });
export const flag = (description: string) => ({ type: "boolean", description });

/** An object of which these keys are always there. */
export function object(properties: Fields, required: string[], description: string) {
  return { type: "object", description, properties, required };
}
