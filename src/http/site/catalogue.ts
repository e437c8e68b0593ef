/** The public page of event types, where the deployment publishes it. */
import { html } from "hono/html";
import { isObject } from "../../core/json-object.ts";
import { newestSchema } from "../../core/json-schema.ts";
import { type PublicCatalogue, publicCatalogue } from "../../service/catalogue/catalogue-page.ts";
import type { EventType } from "../../store/event-types.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { notFoundError } from "../errors.ts";
import { contents, type Html, jsonBlock, pageText, sendPage } from "./page.ts";
import { type SchemaScope, schemaView } from "./schema-view.ts";

/** `/catalogue` and `/catalogue/openapi.json`; not there for anybody while they are not published. */
export function registerCatalogueSite(app: HttpApp): void {
  app.get("/catalogue", async (c) => sendPage(c, await pageOf(await published(c))));
  app.get("/catalogue/openapi.json", async (c) => c.json((await published(c)).document));
}

async function published(c: HttpContext): Promise<PublicCatalogue> {
  const catalogue = await publicCatalogue(c.get("services"));
  if (catalogue === null) throw notFoundError();
  return catalogue;
}

/** Made once for what an isolate keeps of the catalogue. Texts, not promises: one of a dropped request never settles. */
const pages = new WeakMap<PublicCatalogue, string>();

async function pageOf(catalogue: PublicCatalogue): Promise<string> {
  const page = pages.get(catalogue) ?? (await render(catalogue));
  pages.set(catalogue, page);
  return page;
}

function render({ title, eventTypes }: PublicCatalogue): Promise<string> {
  const groups = [...Map.groupBy(eventTypes, groupOf)];
  const count = eventTypes.length === 1 ? "1 event type" : `${eventTypes.length} event types`;
  const links = groups.map(
    ([group, types]) => html`<h2>${group}</h2>
<ul>${types.map(({ name }) => html`<li><a href="#${idOf(name)}">${name}</a></li>`)}</ul>`,
  );
  const sections = groups.map(
    ([group, types]) => html`<section><h2>${group}</h2>${types.map(eventTypeView)}</section>`,
  );
  return pageText({
    title,
    intro: html`<p>${count}, also <a href="/catalogue/openapi.json">as an OpenAPI document</a>.</p>`,
    nav: contents(links),
    main: html`${sections}`,
  });
}

function groupOf({ name, groupName }: EventType): string {
  return groupName ?? (name.includes(".") ? (name.split(".")[0] ?? name) : "Other");
}

function idOf(name: string): string {
  return `event-${name}`;
}

function eventTypeView({ name, description, deprecated, schemas }: EventType): Html {
  const schema = newestSchema(schemas);
  const examples = isObject(schema) && Array.isArray(schema["examples"]) ? schema["examples"] : [];
  return html`<article id="${idOf(name)}">
<h3><a href="#${idOf(name)}"><code>${name}</code></a>${deprecated ? html`<span class="mark">deprecated</span>` : ""}</h3>
<p>${description}</p>
${schema === undefined ? "" : html`<h4>Payload</h4>${schemaView(schema, scopeOf(schema))}`}
${examples.length === 0 ? "" : html`<h4>Example</h4>${examples.map(jsonBlock)}`}
${schema === undefined ? "" : html`<details><summary class="note">JSON Schema</summary>${jsonBlock(schema)}</details>`}
</article>`;
}

/** References lead to other places of the same schema, and are shown where they stand. */
function scopeOf(schema: unknown): SchemaScope {
  return {
    linkOf: () => null,
    lookUp: (ref) => {
      let at: unknown = schema;
      for (const step of ref.split("/").slice(1)) {
        const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
        at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
      }
      return at;
    },
  };
}
