/** Where the keyboard is, when what it was on goes away or something opens above it. */

const FIELDS = "input, select, textarea";
const HEADINGS = "h1, h2, .empty-title";

/** In a dialog that opens: its first field, else its first action, which takes nothing away. */
export function focusFirst(dialog: HTMLElement): void {
  for (const found of dialog.querySelectorAll<HTMLElement>(`${FIELDS}, .dialog-actions button`)) {
    found.focus();
    if (document.activeElement === found) return;
  }
}

/**
 * The browser begins at the top of the page again when the element with the focus goes away, as a button does that made
 * something. Here the heading of what is there now takes over, once there is one, and a button that was only busy goes on.
 */
export function keepFocus(root: HTMLElement): void {
  let held: HTMLElement | null = null;
  document.addEventListener("focusin", ({ target }) => {
    held = target instanceof HTMLElement ? target : null;
  });
  document.addEventListener("focusout", () => {
    setTimeout(() => {
      // Whoever clicks beside everything wants the focus nowhere.
      if (held !== null && isThere(held) && isNowhere()) held = null;
    });
  });
  const look = () => {
    if (held === null || !isNowhere()) return;
    if (isThere(held)) held.focus({ preventScroll: true });
    else if (!held.isConnected) focusHeading();
  };
  const watched = { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] };
  new MutationObserver(look).observe(root, watched);
}

function isThere(element: HTMLElement): boolean {
  return element.isConnected && !element.matches(":disabled");
}

function isNowhere(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

function focusHeading(): void {
  const place = document.querySelector("dialog[open]") ?? document.querySelector("main");
  const heading = place?.querySelector<HTMLElement>(HEADINGS);
  if (heading == null) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
