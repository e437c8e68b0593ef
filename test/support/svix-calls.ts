/** Which of Svix's operations a call is. */
import contract from "../vectors/svix-operations.json" with { type: "json" };

const PATTERNS = contract.operations
  .map(({ operationId, method, path }) => ({
    operationId,
    // Of two that fit, the one with fewer places to fill is meant: `…/msg/bulk-expunge` is no message's id.
    blanks: path.split("{").length,
    pattern: new RegExp(`^${method} /+${path.slice(1).replaceAll(/\{[^}]+\}/g, "[^/]+")}$`),
  }))
  .toSorted((a, b) => a.blanks - b.blanks);

/** `path` without a query; null: none of Svix's public ones. */
export function svixOperationOf(method: string, path: string): string | null {
  const call = `${method} ${path}`;
  return PATTERNS.find(({ pattern }) => pattern.test(call))?.operationId ?? null;
}

type Paths = Record<string, Record<string, unknown>>;

/** The operations of Svix's that a document of ours has. */
export function offeredOperations({ paths }: { paths: Paths }): string[] {
  return contract.operations
    .filter(({ method, path }) => paths[path]?.[method.toLowerCase()] !== undefined)
    .map(({ operationId }) => operationId);
}
