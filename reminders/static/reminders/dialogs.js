// After a dialog the focus is where it was: on what opened it, also where a menu has closed or the
// row has been replaced meanwhile. Browsers do this only while the opener can still be seen.
(() => {
  const wanted = "a[href], button, input, select, textarea, summary";
  let opener = null;
  let row = "";

  const seen = (element) => element?.isConnected && element.getClientRects().length > 0;
  // What is pressed inside a menu vanishes with it: then the menu's button is meant.
  const stays = (element) =>
    element?.closest(".dropdown-menu")?.parentElement.querySelector("[data-bs-toggle]") || element;

  document.addEventListener(
    "click",
    (event) => {
      if (event.target.closest("dialog")) return;
      opener = stays(event.target.closest(wanted));
      row = opener?.closest("[data-row]")?.id || "";
    },
    true,
  );
  // "close" does not bubble, so it is heard on its way down.
  document.addEventListener(
    "close",
    () => {
      const active = document.activeElement;
      if (active !== document.body && seen(active)) return;
      const place = seen(opener) ?
        opener :
        row && document.getElementById(row)?.querySelector(wanted);
      (place || document.getElementById("main"))?.focus({ preventScroll: true });
    },
    true,
  );
})();
