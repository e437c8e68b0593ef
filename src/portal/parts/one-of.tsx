import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { isMissing } from "../api/client.ts";
import { Back } from "./back.tsx";
import { ButtonLink } from "./button.tsx";
import { Empty, Loaded } from "./feedback.tsx";

type OneOfProps<Data> = {
  query: UseQueryResult<Data>;
  /** What one of them is called. */
  noun: string;
  /** Where all of them are, and what that list is called. */
  listHref: string;
  listName: string;
  children: (found: Data) => ReactNode;
};

/** A page about one of a list; it says so when there is no such one. */
export function OneOf<Data>({ query, noun, listHref, listName, children }: OneOfProps<Data>) {
  if (isMissing(query.error)) {
    const all = <ButtonLink href={listHref}>{`All ${noun}s`}</ButtonLink>;
    return <Empty title={`There is no such ${noun}`} action={all} />;
  }
  return (
    <>
      <Back href={listHref}>{listName}</Back>
      <Loaded query={query}>{children}</Loaded>
    </>
  );
}
