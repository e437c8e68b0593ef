/** Tells the page around us how high we are, as `svix-react` listens for it (reference svix.md §2.16). */
export function reportHeight(): void {
  if (window.parent === window) return;
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    // To whoever may frame us at all: a height tells nothing.
    window.parent.postMessage({ type: "svix.iframe-resizer-height", height, payload: { height } }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
  tell();
}
