/** What the tests of the official SDKs stand on: one real server a file, and names that never repeat. */
import { afterAll, beforeAll, expect } from "vitest";
import {
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "./posthorn-process.ts";

/** Starts the server before the file's tests and ends it after them; the getter works inside tests and hooks. */
export function posthornForThisFile(): () => PosthornProcess {
  let data: { path: string; remove(): Promise<void> } | null = null;
  let posthorn: PosthornProcess | null = null;
  beforeAll(async () => {
    data = await temporaryDirectory();
    posthorn = await startPosthornProcess({ dataDir: data.path });
  });
  afterAll(async () => {
    await endPosthornProcesses();
    await data?.remove();
  });
  return () => {
    if (posthorn === null) throw new Error("the server has not been started yet");
    return posthorn;
  };
}

let made = 0;

/** A name that no other test of this file uses. */
export function unique(prefix: string): string {
  made++;
  return `${prefix}-${made}`;
}

/** Calls a route that is ours, which the official SDKs do not know. */
export async function putPolicy(posthorn: PosthornProcess, path: string, policy: object): Promise<void> {
  const response = await fetch(`${posthorn.url}/api/v1/${path}/delivery-policy`, {
    method: "PUT",
    headers: { authorization: `Bearer ${posthorn.key}`, "content-type": "application/json" },
    body: JSON.stringify(policy),
  });
  expect(response.status, await response.text()).toBe(200);
}

type Page<Item> = { data: Item[]; iterator: string | null; prevIterator?: string | null; done: boolean };
type Turn<Item> = (options: { limit: number; iterator: string | null }) => Promise<Page<Item>>;

/** Reads a list page by page to its end, then back from there to its beginning. */
export async function bothWays<Item>(
  turn: Turn<Item>,
  limit: number,
): Promise<{ forth: Item[][]; back: Item[][] }> {
  const forth: Item[][] = [];
  let page = await turn({ limit, iterator: null });
  forth.push(page.data);
  while (!page.done) {
    page = await turn({ limit, iterator: page.iterator });
    forth.push(page.data);
  }
  const back: Item[][] = [];
  let previous = page.prevIterator ?? null;
  for (let done = forth.length === 1; !done; ) {
    expect(previous).toMatch(/^-/);
    const before = await turn({ limit, iterator: previous });
    back.unshift(before.data);
    previous = before.prevIterator ?? null;
    done = before.done;
  }
  return { forth, back };
}
