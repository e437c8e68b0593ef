/** Importing and exporting event types, and the public page of them. */
import { z } from "zod";
import { MAX_ARCHIVED_NAMES } from "../core/limits/catalogue.ts";
import { MAX_NAME_CHARS } from "../core/limits/resources.ts";
import { EventTypeName } from "./event-types.ts";
import { NameText } from "./fields.ts";

const DryRun = z
  .boolean()
  .default(false)
  .meta({ description: "Answer what would change, and change nothing" });
const ReplaceAll = z
  .boolean()
  .default(false)
  .meta({ description: "Archive every event type that is not in what is imported" });

export const EventTypeImportOpenApiIn = z
  .object({
    dryRun: DryRun,
    replaceAll: ReplaceAll,
    spec: z
      .record(z.string(), z.unknown())
      .nullish()
      .meta({
        description: "An OpenAPI document with `webhooks` (3.1) or `x-webhooks` (3.0)",
        example: {
          openapi: "3.1.0",
          info: { title: "Pets", version: "1" },
          webhooks: {
            "pet.new": {
              post: {
                description: "A new pet has been created",
                "x-svix-group-name": "pet",
                requestBody: {
                  content: { "application/json": { schema: { type: "object", required: ["id"] } } },
                },
              },
            },
          },
        },
      }),
    specRaw: z
      .string()
      .nullish()
      .meta({ description: "The same as text, YAML or JSON. Either this or `spec`, not both" }),
  })
  .meta({ id: "EventTypeImportOpenApiIn" });

const EventTypeFromOpenApi = z
  .object({
    name: z.string(),
    description: z.string(),
    schemas: z.record(z.string(), z.unknown()).nullable(),
    deprecated: z.boolean(),
    groupName: z.string().nullable(),
    featureFlags: z.array(z.string()).nullable(),
    /** What SDKs before 2.0 read: the first of them. */
    featureFlag: z.string().nullable(),
  })
  .meta({ id: "EventTypeFromOpenApi" });
export type EventTypeFromOpenApi = z.output<typeof EventTypeFromOpenApi>;

/** `to_modify` is what Svix calls it, in this spelling (reference svix.md §1.3). */
export const EventTypeImportOpenApiOut = z
  .object({
    data: z
      .object({
        modified: z.array(z.string()).meta({ description: "Created, changed or unarchived" }),
        to_modify: z
          .array(EventTypeFromOpenApi)
          .nullable()
          .meta({ description: "With `dryRun`: what would be; otherwise null" }),
        archived: z.array(z.string()).meta({
          description: `Archived, because of \`replaceAll\`: by name, the first ${MAX_ARCHIVED_NAMES}`,
        }),
        to_archive: z
          .array(z.string())
          .nullable()
          .meta({ description: "With `dryRun`: which would be; otherwise null" }),
        archive_count: z.number().int().meta({
          description: "How many are archived, or would be; more than are named when there are very many",
        }),
      })
      .meta({ id: "EventTypeImportOpenApiOutData" }),
  })
  .meta({ id: "EventTypeImportOpenApiOut" });

export const CatalogueImportIn = z
  .object({ name: z.string().meta({ example: "clawbook" }), dryRun: DryRun, replaceAll: ReplaceAll })
  .meta({ id: "CatalogueImportIn" });

export const BuiltInCatalogueList = z
  .object({
    data: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        description: z.string(),
        eventTypes: z.array(z.object({ name: EventTypeName, description: z.string() })),
      }),
    ),
  })
  .meta({ id: "BuiltInCatalogueList" });

export const EventTypeExport = z
  .object({
    openapi: z.string(),
    info: z.object({ title: z.string(), version: z.string() }),
    webhooks: z.record(z.string(), z.unknown()),
    components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
  })
  .meta({ id: "EventTypeExport" });

export const CataloguePageIn = z
  .object({
    published: z.boolean().meta({
      description:
        "Whether anybody may see the catalogue at `/catalogue`, without a token; it begins unpublished",
      example: true,
    }),
    title: NameText.nullish().meta({
      description: `At most ${MAX_NAME_CHARS} characters`,
      example: "Acme webhooks",
    }),
  })
  .meta({ id: "CataloguePageIn" });

export const CataloguePageOut = z
  .object({
    published: z.boolean(),
    title: z.string(),
    url: z.string().meta({ description: "The page" }),
    openapiUrl: z.string().meta({ description: "The same as an OpenAPI 3.1 document of webhooks" }),
  })
  .meta({ id: "CataloguePageOut" });
