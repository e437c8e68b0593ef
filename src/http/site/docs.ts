/** The API reference as a page, made from the same document as `/openapi.json`. */
import { html } from "hono/html";
import { isObject } from "../../core/json-object.ts";
import type { HttpApp } from "../app-env.ts";
import {
  type ApiDocument,
  type ApiOperation,
  apiDocument,
  type NamedOperation,
  operationsOf,
} from "../document.ts";
import { contents, type Html, jsonBlock, pageText, prose, sendPage } from "./page.ts";
import { describe, type SchemaScope, schemaView, typeText } from "./schema-view.ts";

const PATH = "/docs";

/** `/docs`, without a token like `/openapi.json`; who opens the bare address in a browser is led there. */
export function registerDocs(app: HttpApp): void {
  app.get("/", (c) => c.redirect(PATH));
  let made: string | null = null;
  app.get(PATH, async (c) => {
    const page = made ?? (await render(apiDocument(app)));
    made = page;
    return sendPage(c, page);
  });
}

function render(document: ApiDocument): Promise<string> {
  const scope = scopeOf(document);
  const operations = operationsOf(document);
  const groups = document.tags.map((tag) => ({
    ...tag,
    operations: operations.filter(({ operation }) => operation.tags?.[0] === tag.name),
  }));
  const links = groups.map(
    (group) =>
      html`<h2>${group.name}</h2><ul>${group.operations.map(
        (one) => html`<li><a href="#${idOf(one)}">${prose(one.operation.summary ?? one.path)}</a></li>`,
      )}</ul>`,
  );
  const sections = groups.map(
    (group) =>
      html`<section><h2>${group.name}</h2><p>${group.description}</p>${group.operations.map((one) =>
        operationView(one, scope),
      )}</section>`,
  );
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => html`<article id="${schemaId(name)}"><h3><code>${name}</code></h3>
<p>${isObject(schema) ? prose(describe(schema)) : ""}</p>${schemaView(schema, scope)}</article>`,
  );
  return pageText({
    title: `${document.info.title} API`,
    intro: html`<p>${document.info.description}. Every call carries <code>Authorization: Bearer …</code> unless it says otherwise.
Also <a href="/openapi.json">as an OpenAPI document</a>; people have <a href="/portal">the portal</a>.</p>`,
    nav: contents(html`${links}<h2>Schemas</h2><ul><li><a href="#schemas">All schemas</a></li></ul>`),
    main: html`${sections}<section id="schemas"><h2>Schemas</h2>${schemas}</section>`,
  });
}

const SCHEMA_REF = /^#\/components\/schemas\/(.+)$/;

/** Schemas with a name are shown once, at the end of the page. */
function scopeOf({ components }: ApiDocument): SchemaScope {
  const nameOf = (ref: string) => SCHEMA_REF.exec(ref)?.[1];
  return {
    lookUp: (ref) => components.schemas[nameOf(ref) ?? ""],
    linkOf: (ref) => {
      const name = nameOf(ref);
      return name === undefined ? null : { href: `#${schemaId(name)}`, name };
    },
  };
}

function schemaId(name: string): string {
  return `schema-${name}`;
}

function idOf({ method, path, operation }: NamedOperation): string {
  return operation.operationId ?? `${method}-${path.replaceAll(/[^a-z0-9]+/gi, "-")}`;
}

function operationView(one: NamedOperation, scope: SchemaScope): Html {
  const { method, path, operation } = one;
  const isPublic = operation.security?.length === 0;
  return html`<article id="${idOf(one)}">
<h3><a href="#${idOf(one)}">${prose(operation.summary ?? path)}</a>${
    operation.deprecated ? html`<span class="mark">deprecated</span>` : ""
  }${isPublic ? html`<span class="mark">no token needed</span>` : ""}</h3>
<pre><span class="method">${method.toUpperCase()}</span>${path}</pre>
${operation.description ? html`<p>${prose(operation.description)}</p>` : ""}
${parametersView(operation, scope)}${bodyView(operation, scope)}${answersView(operation, scope)}
</article>`;
}

const PLACES: Record<string, string> = { path: "In the path", query: "In the query", header: "Headers" };

function parametersView({ parameters = [] }: ApiOperation, scope: SchemaScope): Html[] {
  return [...Map.groupBy(parameters, (parameter) => parameter.in)].map(
    ([place, found]) =>
      html`<h4>${PLACES[place] ?? place}</h4><ul class="fields">${found.map((parameter) => {
        const schema = isObject(parameter.schema) ? parameter.schema : {};
        const text = parameter.description ?? "";
        return html`<li><code>${parameter.name}</code> <span class="type">${typeText(schema, scope)}</span>${
          parameter.required && place !== "path" ? html`<span class="mark">required</span>` : ""
        }<div class="note">${prose(describe(text === "" ? schema : { ...schema, description: text }))}</div></li>`;
      })}</ul>`,
  );
}

function bodyView({ requestBody }: ApiOperation, scope: SchemaScope): Html[] {
  return Object.values(requestBody?.content ?? {}).map(
    ({
      schema,
      example,
    }) => html`<h4>Body</h4>${requestBody?.required ? "" : html`<p class="note">May be left out.</p>`}
${ownView(schema, scope)}${example === undefined ? "" : jsonBlock(example)}`,
  );
}

/** A schema with a name is shown where it stands too: it is what the reader came for. */
function ownView(schema: unknown, scope: SchemaScope): Html {
  const link = isObject(schema) && typeof schema["$ref"] === "string" ? scope.linkOf(schema["$ref"]) : null;
  if (link === null || !isObject(schema)) return schemaView(schema, scope);
  return html`<p class="type"><a href="${link.href}">${link.name}</a></p>${schemaView(scope.lookUp(String(schema["$ref"])), scope)}`;
}

function answersView({ responses = {} }: ApiOperation, scope: SchemaScope): Html {
  const answers = Object.entries(responses);
  const successes = answers.filter(([status]) => status.startsWith("2"));
  const failures = answers.filter(([status]) => !status.startsWith("2"));
  return html`<h4>Answers</h4>${successes.map(([status, { description, content = {} }]) => {
    const [media] = Object.values(content);
    const type = media === undefined ? "" : html` · ${linkedType(media.schema, scope)}`;
    return html`<p><code>${status}</code> <span class="note">${prose(description ?? "")}${type}</span></p>
${media?.example === undefined ? "" : html`<details><summary class="note">Example</summary>${jsonBlock(media.example)}</details>`}`;
  })}
<details><summary class="note">Refusals</summary><ul class="fields">${failures.map(
    ([status, { description }]) =>
      html`<li><code>${status}</code> <span class="note">${prose(description ?? "")}</span></li>`,
  )}</ul></details>`;
}

function linkedType(schema: unknown, scope: SchemaScope): Html {
  const link = isObject(schema) && typeof schema["$ref"] === "string" ? scope.linkOf(schema["$ref"]) : null;
  return link === null ? html`${typeText(schema, scope)}` : html`<a href="${link.href}">${link.name}</a>`;
}
