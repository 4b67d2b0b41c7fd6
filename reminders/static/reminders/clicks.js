// The second click of a double click belongs to what the first one hit. Where that has gone by
// then, or another thing has slid under the pointer (the next patient's row, the next card), it
// must not act there.
(() => {
  // Milliseconds; the browser itself counts slower clicks for a user who set it so.
  const TWICE = 600;
  const NEAR = 8; // pixels
  const ACTING = "button, input, select, textarea, summary, [role=button], [hx-get], [hx-post]";
  const KEPT = "last-click";

  const action = (target) => {
    const label = target.closest("label");
    return label?.control || target.closest(`a, ${ACTING}`);
  };
  const near = (click, event) =>
    (event.detail > 1 || Date.now() - click.at < TWICE) &&
    Math.hypot(click.x - event.clientX, click.y - event.clientY) <= NEAR;

  // On the page before this one, if the first click led here.
  let last = null;
  try {
    last = JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    /* private mode */
  }
  let swappedAt = -Infinity;
  document.addEventListener("htmx:afterSwap", () => {
    swappedAt = Date.now();
  });

  const slid = (event) => {
    if (!last || !near(last, event)) return false;
    const hit = action(event.target);
    if (!hit) return false;
    if (!("hit" in last)) return hit.matches(ACTING);
    return hit !== last.hit && (last.hit !== null || swappedAt > last.at);
  };

  window.addEventListener(
    "click",
    (event) => {
      if (!event.detail) return; // a key
      if (slid(event)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      last = { at: Date.now(), x: event.clientX, y: event.clientY, hit: action(event.target) };
      try {
        sessionStorage.setItem(KEPT, JSON.stringify({ at: last.at, x: last.x, y: last.y }));
      } catch {
        /* as above */
      }
    },
    true,
  );
})();
