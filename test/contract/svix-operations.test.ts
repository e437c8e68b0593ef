/** Our document against Svix's own, operation by operation; what differs is told in docs/svix-compatibility.md too. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  bare,
  fieldsOf,
  itemsOf,
  type JsonSchema,
  ourDocument,
  SVIX_OPERATIONS,
  type SvixOperation,
} from "../support/svix-contract.ts";

const document = ourDocument();

function ours({ method, path }: SvixOperation) {
  return document.paths[path]?.[method.toLowerCase()];
}

const offered = SVIX_OPERATIONS.filter((operation) => ours(operation) !== undefined);

/** What our document says otherwise, and why. */
const EXCEPTIONS: Record<string, string> = {
  "v1.message-attempt.list-attempted-destinations +query:expanded_statuses": "the SDKs send it to every list",
  "v1.endpoint.patch-headers body headers": "headers may be left out where only deleteHeaders is given",
};

/** Names that SDKs before 2.0 use beside the ones in the document (reference svix.md §1.18). */
const OLDER_FIELDS = ["rateLimit", "filterTypes", "featureFlag"];
const OLDER_FIELDS_OF: Record<string, string[]> = { "v1.endpoint.patch": ["secret"] };

const used = new Set<string>();

function isExcepted(what: string): boolean {
  used.add(what);
  return what in EXCEPTIONS;
}

function schemaOf(media: { content?: Record<string, { schema?: unknown }> } | undefined): JsonSchema | null {
  return (media?.content?.["application/json"]?.schema as JsonSchema | undefined) ?? null;
}

describe.each(offered)("$method $path", (operation) => {
  const own = ours(operation);
  const { operationId } = operation;

  it("has Svix's name and parameters", () => {
    expect(own?.operationId).toBe(operationId);
    const parameters = (own?.parameters ?? []).map(
      ({ in: place, name, required }) => `${place}:${name}${required === true ? "!" : ""}`,
    );
    const added = parameters.filter((name) => !operation.parameters.includes(name));
    expect(added.filter((name) => !isExcepted(`${operationId} +${name}`))).toEqual([]);
    expect(parameters).toEqual(expect.arrayContaining(operation.parameters));
  });

  it("takes the same fields in its body, and requires the same ones", () => {
    const schema = schemaOf(own?.requestBody);
    if (operation.body === null) {
      expect(schema).toBeNull();
      return;
    }
    const fields = fieldsOf(document, schema ?? {});
    const theirs = operation.body.filter((name) => !isExcepted(`${operationId} body ${bare(name)}`));
    expect(fields).toEqual(expect.arrayContaining(theirs));
    const known = [...operation.body.map(bare), ...OLDER_FIELDS, ...(OLDER_FIELDS_OF[operationId] ?? [])];
    expect(fields.filter((name) => !known.includes(bare(name)))).toEqual([]);
    expect(fields.filter((name) => name.endsWith("!") && !operation.body?.includes(name))).toEqual([]);
  });

  it("answers with the same statuses and at least the same fields", () => {
    for (const [status, answer] of Object.entries(operation.answers)) {
      if (isExcepted(`${operationId} ${status}`)) continue;
      const schema = schemaOf(own?.responses?.[status]);
      expect(own?.responses, `${status}`).toHaveProperty(status);
      expect(schema === null, `a body with ${status}`).toBe(answer === null);
      if (answer === null || schema === null) continue;
      const fields = fieldsOf(document, schema);
      expect(fields.map(bare)).toEqual(
        expect.arrayContaining((answer.fields ?? answer.list ?? []).map(bare)),
      );
      // Strict clients reject an answer that lacks a field required there.
      const required = (answer.fields ?? answer.list ?? []).filter((name) => name.endsWith("!"));
      expect(fields).toEqual(expect.arrayContaining(required));
      const items = itemsOf(document, schema);
      if (items === null || !answer.items) continue;
      const itemFields = fieldsOf(document, items);
      expect(itemFields.map(bare)).toEqual(expect.arrayContaining(answer.items.map(bare)));
      expect(itemFields).toEqual(expect.arrayContaining(answer.items.filter((name) => name.endsWith("!"))));
    }
  });
});

it("has no exception that is none any more", () => {
  expect(Object.keys(EXCEPTIONS).filter((what) => !used.has(what))).toEqual([]);
});

describe("docs/svix-compatibility.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/svix-compatibility.md"), "utf8");
  const rows = [...text.matchAll(/^\| `([A-Z]+ [^`]+)` +\| `(v1\.[^`]+)` +\| ([^|]+?) +\| ([^|]*)\|$/gm)].map(
    ([, route = "", operationId = "", status = "", remark = ""]) => ({
      route,
      operationId,
      status: status.trim(),
      remark: remark.trim(),
    }),
  );

  it("has one row for each of Svix's public operations, and no other", () => {
    const told = rows.map(({ route, operationId }) => `${route} ${operationId}`);
    const theirs = SVIX_OPERATIONS.map(({ method, path, operationId }) => `${method} ${path} ${operationId}`);
    expect(told.toSorted()).toEqual(theirs.toSorted());
  });

  it("says of each whether it is offered, as our own document has it", () => {
    const toldOffered = rows.filter(({ status }) => status !== "not offered").map(({ route }) => route);
    expect(toldOffered.toSorted()).toEqual(offered.map(({ method, path }) => `${method} ${path}`).toSorted());
  });

  it("counts them as they are", () => {
    const count = (wanted: string) => rows.filter(({ status }) => status === wanted).length;
    expect(text).toContain(
      `Of the ${rows.length} operations ${count("same")} are the same, ${count("differs")} differ in what their remark says, and ${count("not offered")} are not offered.`,
    );
  });

  it("says of each whether it is the same, and why where it is not", () => {
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(["same", "differs", "not offered"]));
    expect(rows.filter(({ status, remark }) => status !== "same" && remark === "")).toEqual([]);
    const excepted = Object.keys(EXCEPTIONS).map((what) => what.split(" ")[0] ?? "");
    const different = rows.filter(({ status }) => status === "differs").map((row) => row.operationId);
    expect(different).toEqual(expect.arrayContaining(excepted));
  });
});
