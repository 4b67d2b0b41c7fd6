// Live lists: hx-swap="rows" replaces only what changed, so that focus, scroll and open menus stay.
// Every child of the list has an id and a data-digest. A part in use is left alone, and the look
// then counts as not done: the next one brings it again, until it fits.
(() => {
  // What the user has just answered is theirs to lose: it may go although the focus is still on
  // its button.
  let acted = null;
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb === "post")
      acted = event.detail.elt.closest("[data-row]")?.id || null;
  });
  document.addEventListener("focusin", (event) => {
    if (acted && event.target.closest("[data-row]")?.id !== acted) acted = null;
  });

  const holds = (part) =>
    part.contains(document.activeElement) && document.activeElement !== document.body;
  const menu = (part) => part.querySelector(".dropdown-menu.show") !== null;
  const done = (part) =>
    acted !== null &&
    !menu(part) &&
    (part.id === acted ||
      part.querySelector(`#${CSS.escape(acted)}`)?.contains(document.activeElement));
  const busy = (part) => (holds(part) || menu(part)) && !done(part);
  const focusInside = (row) => {
    const active = document.activeElement;
    if (!row.contains(active)) return null;
    return active.id ?
      `#${CSS.escape(active.id)}` :
      active.name ?
      `[name="${active.name}"][value="${active.value}"]` :
      "a, button";
  };
  // On the row itself, not on one of its buttons: a key pressed twice must not answer for the
  // next patient.
  const focusOn = (place) => {
    if (!place) return;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  };

  // What staff read of a row; its buttons change with the time of day alone, and that is no news.
  const reads = (row) => [...row.children]
    .filter((cell) => !cell.matches(".cell-do"))
    .map((cell) => {
      const copy = cell.cloneNode(true);
      copy.querySelectorAll(".row-undo").forEach((undo) => undo.remove());
      return copy.textContent.replace(/\s+/g, " ").trim();
    })
    .join("|");
  const flash = (row, how) => {
    row.classList.add(how);
    setTimeout(() => row.classList.remove(how), 2500);
  };

  const replace = (old, fresh) => {
    const focus = focusInside(old);
    old.replaceWith(fresh);
    if (focus !== null)
      (fresh.querySelector(focus) || fresh.querySelector("a, button"))?.focus({
        preventScroll: true,
      });
  };
  const remove = (row) => {
    const near = holds(row) ? row.nextElementSibling || row.previousElementSibling : null;
    row.remove();
    focusOn(near);
  };

  const merge = (list, fresh) => {
    const added = [];
    const changed = [];
    const fresher = [];
    let whole = true;
    const wanted = new Map([...fresh.children].map((row) => [row.id, row]));
    [...list.children].forEach((row) => {
      if (wanted.has(row.id)) return;
      if (busy(row)) whole = false;
      else remove(row);
    });
    let before = list.firstElementChild;
    wanted.forEach((row, id) => {
      const old = id ? document.getElementById(id) : null;
      if (!old || old.parentElement !== list) {
        list.insertBefore(row, before);
        flash(row, "arriving");
        added.push(row);
        return;
      }
      const next = old === before ? old.nextElementSibling : before;
      if (old !== before) list.insertBefore(old, before);
      if (old.dataset.digest !== row.dataset.digest) {
        if (menu(old)) whole = false;
        else {
          if (row.matches("[data-row]") && reads(old) !== reads(row)) {
            flash(row, "changed");
            changed.push(row);
          }
          replace(old, row);
          fresher.push(row);
        }
      }
      before = next;
    });
    return { added, changed, fresher, whole };
  };

  htmx.defineExtension("rows", {
    isInlineSwap: (style) => style === "rows",
    handleSwap: (style, target, fragment) => {
      if (style !== "rows") return false;
      const added = [];
      const news = { added: [], changed: [] };
      let whole = true;
      fragment.querySelectorAll("[data-list]").forEach((fresh) => {
        const list = document.getElementById(fresh.id);
        if (!list) return;
        const merged = merge(list, fresh);
        added.push(...merged.added, ...merged.fresher);
        news.added.push(...merged.added);
        news.changed.push(...merged.changed);
        whole &&= merged.whole;
      });
      fragment.querySelectorAll("[data-part]").forEach((fresh) => {
        const part = document.getElementById(fresh.id);
        if (!part || part.dataset.digest === fresh.dataset.digest) return;
        if (busy(part)) {
          whole = false;
          return;
        }
        const held = holds(part);
        part.replaceWith(fresh);
        if (held) focusOn(fresh);
        added.push(fresh);
      });
      // Once the swap is done: who listens may write into the rows.
      const told = new CustomEvent("rows-merged", { detail: news });
      setTimeout(() => document.body.dispatchEvent(told));
      const token = fragment.querySelector("[data-token]");
      if (token && whole)
        target.querySelectorAll("input[name=token]").forEach((input) => {
          input.value = token.dataset.token;
        });
      return added;
    },
  });
})();
