import type { UseMutationResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import { Button } from "./button.tsx";
import { Confirm } from "./dialog.tsx";

type DeleteButtonProps = {
  label: string;
  /** What the dialog asks, and what its button does. */
  title: string;
  action?: string;
  remove: Pick<UseMutationResult<unknown, unknown, null>, "mutate" | "isPending" | "error">;
  /** The list of what is left, shown afterwards. */
  listHref: string;
  /** What deleting means. */
  children: ReactNode;
};

/** Deletes what the page is about, once that has been confirmed. */
export function DeleteButton({ label, title, action = "Delete", ...props }: DeleteButtonProps) {
  const { remove, listHref, children } = props;
  const [isAsked, setAsked] = useState(false);
  const [, navigate] = useLocation();
  return (
    <>
      <Button kind="danger" onClick={() => setAsked(true)}>
        {label}
      </Button>
      {isAsked ? (
        <Confirm
          title={title}
          action={action}
          onClose={() => setAsked(false)}
          onConfirm={() => remove.mutate(null, { onSuccess: () => navigate(listHref) })}
          busy={remove.isPending}
          error={remove.error}
        >
          {children}
        </Confirm>
      ) : null}
    </>
  );
}
