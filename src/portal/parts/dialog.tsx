import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { focusFirst } from "../focus.ts";
import { Button } from "./button.tsx";
import { ErrorNote } from "./feedback.tsx";

type DialogProps = { title: string; onClose: () => void; children: ReactNode };

/** The browser's own modal: it keeps the focus inside, closes at Escape, and gives the focus back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Before it leaves the page: a dialog that is not in it any more gives no focus back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    dialog.showModal();
    focusFirst(dialog);
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <Button kind="quiet" small onClick={onClose} label="Close">
          ✕
        </Button>
      </div>
      {children}
    </dialog>
  );
}

type ConfirmProps = DialogProps & {
  action: string;
  onConfirm: () => void;
  busy: boolean;
  error: unknown;
  danger?: boolean;
  disabled?: boolean;
};

export function Confirm({
  action,
  onConfirm,
  busy,
  error,
  danger = true,
  disabled = false,
  ...dialog
}: ConfirmProps) {
  return (
    <Dialog title={dialog.title} onClose={dialog.onClose}>
      <div className="dialog-body">{dialog.children}</div>
      {error ? <ErrorNote error={error} /> : null}
      <div className="dialog-actions">
        <Button onClick={dialog.onClose}>Cancel</Button>
        <Button kind={danger ? "danger" : "primary"} onClick={onConfirm} busy={busy} disabled={disabled}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
