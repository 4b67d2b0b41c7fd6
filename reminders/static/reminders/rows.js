// Live lists: hx-swap="rows" replaces only what changed, so that focus, scroll and open menus stay.
// Every child of the list has an id and a data-digest; a part in use is left alone until the next look.
(() => {
  const busy = (row) => row.contains(document.activeElement) && document.activeElement !== document.body
    || row.querySelector(".dropdown-menu.show") !== null;
  const focusInside = (row) => {
    const active = document.activeElement;
    if (!row.contains(active)) return null;
    return active.id ? `#${CSS.escape(active.id)}` : active.name ? `[name="${active.name}"][value="${active.value}"]` : "a, button";
  };

  const replace = (old, fresh) => {
    const focus = focusInside(old);
    old.replaceWith(fresh);
    if (focus !== null) (fresh.querySelector(focus) || fresh.querySelector("a, button"))?.focus({ preventScroll: true });
  };

  const merge = (list, fresh) => {
    const added = [];
    const wanted = new Map([...fresh.children].map((row) => [row.id, row]));
    [...list.children].forEach((row) => { if (!wanted.has(row.id) && !busy(row)) row.remove(); });
    let before = list.firstElementChild;
    wanted.forEach((row, id) => {
      const old = id ? document.getElementById(id) : null;
      if (!old || old.parentElement !== list) {
        list.insertBefore(row, before);
        row.classList.add("arriving");
        added.push(row);
        return;
      }
      const next = old === before ? old.nextElementSibling : before;
      if (old !== before) list.insertBefore(old, before);
      if (old.dataset.digest !== row.dataset.digest && !old.querySelector(".dropdown-menu.show")) {
        replace(old, row);
        added.push(row);
      }
      before = next;
    });
    return added;
  };

  htmx.defineExtension("rows", {
    isInlineSwap: (style) => style === "rows",
    handleSwap: (style, target, fragment) => {
      if (style !== "rows") return false;
      const added = [];
      fragment.querySelectorAll("[data-list]").forEach((fresh) => {
        const list = document.getElementById(fresh.id);
        if (list) added.push(...merge(list, fresh));
      });
      fragment.querySelectorAll("[data-part]").forEach((fresh) => {
        const part = document.getElementById(fresh.id);
        if (part && part.dataset.digest !== fresh.dataset.digest && !busy(part)) {
          part.replaceWith(fresh);
          added.push(fresh);
        }
      });
      const token = fragment.querySelector("[data-token]");
      if (token) target.querySelectorAll("input[name=token]").forEach((input) => { input.value = token.dataset.token; });
      return added;
    },
  });
})();
