// What every page does: notes with undo, dialogs, signing in again on the spot, drafts, keys.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Notes. One with "undo" stays until it is used, closed or followed by three others.
  const toasts = $("#toasts");
  const buttons = () => $$("button", toasts).filter((button) => !button.closest(".is-spent"));
  // Notes that have just moved do not hear clicks that were meant for another place.
  let settled;
  const settle = () => {
    clearTimeout(settled);
    buttons().forEach((button) => {
      button.disabled = button !== document.activeElement;
    });
    settled = setTimeout(
      () =>
      buttons().forEach((button) => {
        button.disabled = false;
      }),
      400,
    );
  };
  const dismiss = (note) => {
    note.remove();
    settle();
  };
  // A note that was used stays a moment, deaf: a second click at its place must not hit what is
  // under it.
  const spend = (note) => {
    if (note.classList.contains("is-spent")) return;
    note.classList.add("is-spent");
    $$("button", note).forEach((button) => {
      button.disabled = true;
    });
    setTimeout(() => dismiss(note), 1000);
  };
  // On a wide screen the menu makes room for them; on a narrow one the page ends above them.
  const wide = matchMedia("(min-width: 992px)");
  const place = () => {
    ((wide.matches && $(".side")) || document.body).insertBefore(
      toasts,
      wide.matches ? $(".side-foot") : null,
    );
  };
  wide.addEventListener("change", place);
  place();
  new ResizeObserver(() => {
    const style = document.documentElement.style;
    style.setProperty("--notes", `${toasts.offsetHeight}px`);
    style.setProperty("--bar", `${$(".bottombar")?.offsetHeight || 0}px`);
  }).observe(toasts);
  const dress = (note) => {
    if (note.dataset.undo) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "toast-undo";
      button.textContent = "Undo";
      button.addEventListener("click", () => {
        spend(note);
        htmx.ajax("POST", note.dataset.undo, { source: document.body, swap: "none" });
      });
      note.append(button);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "toast-close";
    close.setAttribute("aria-label", "Close");
    close.textContent = "×";
    close.addEventListener("click", () => spend(note));
    note.append(close);
    if (note.dataset.undo || note.dataset.stay) return;
    let timer;
    const start = () => {
      timer = setTimeout(() => dismiss(note), 9000);
    };
    note.addEventListener("mouseenter", () => clearTimeout(timer));
    note.addEventListener("focusin", () => clearTimeout(timer));
    note.addEventListener("mouseleave", start);
    start();
  };
  const toast = ({ text, undo, tone, stay }) => {
    const note = document.createElement("div");
    note.className = "toast-note";
    note.dataset.tone = tone || "ok";
    note.dataset.undo = undo || "";
    note.dataset.stay = stay ? "yes" : "";
    const words = document.createElement("span");
    words.textContent = text;
    note.append(words);
    dress(note);
    toasts.append(note);
    toasts.scrollTop = toasts.scrollHeight;
    $$(".toast-note:not(.is-spent)", toasts)
      .slice(0, -3)
      .forEach((old) => old.remove());
    settle();
  };
  $$(".toast-note", toasts).forEach(dress);
  document.body.addEventListener("toast", (event) => toast(event.detail));

  // Hidden pages need no live looks, but for the count where new cards are announced.
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (!document.hidden || !elt.hasAttribute("data-live")) return;
    const tells = document.documentElement.hasAttribute("data-tells-of-cards");
    if (!(tells && elt.id === "banners")) event.preventDefault();
  });
  // Nor do they count as clicks: a page that stands open must not keep its session.
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.hasAttribute("data-live"))
      event.detail.headers["X-Looked-By-Itself"] = "yes";
  });

  document.body.addEventListener("htmx:sendError", () =>
    toast({ text: "No connection. Please try again.", tone: "danger" }),
  );
  document.body.addEventListener("htmx:timeout", () =>
    toast({
      text: "That took too long. Please look whether it worked, then try again.",
      tone: "danger",
    }),
  );
  document.body.addEventListener("htmx:responseError", (event) => {
    const { elt, xhr } = event.detail;
    const status = xhr.status;
    // Of a live look one line on top tells, not a note every ten seconds.
    if (elt.hasAttribute("data-live") || status === 401) return;
    if (xhr.getResponseHeader("HX-Trigger")) return;
    toast({
      text: status === 404 ?
        "That is no longer there." : "Something went wrong on our side. Please try again.",
      tone: "danger",
    });
  });

  // Dialogs: opened by a button, or by what the server sends into #dialog-content.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-dialog]");
    if (opener) document.getElementById(opener.dataset.openDialog).showModal();
    const closer = event.target.closest("[data-close-dialog]");
    if (closer) closer.closest("dialog").close();
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "dialog-content") return;
    const dialog = $("#dialog");
    const title = $("h2", dialog);
    if (title) dialog.setAttribute("aria-label", title.textContent);
    if (!dialog.open) dialog.showModal();
    $("[autofocus]", dialog)?.focus();
  });
  // A menu that was filled after it opened may need another place.
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const opener =
      event.detail.target.classList.contains("dropdown-menu") &&
      event.detail.target.previousElementSibling;
    if (opener) bootstrap.Dropdown.getOrCreateInstance(opener).update();
  });
  document.body.addEventListener("close-dialog", () => $("#dialog").close());

  document.addEventListener("click", (event) => {
    const filler = event.target.closest("[data-fill]");
    if (filler) {
      const field = document.getElementById(filler.dataset.fill);
      field.value = field.value ?
        `${field.value.trimEnd()} ${filler.dataset.words}` :
        filler.dataset.words;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }
    if (event.target.closest("[data-print]")) print();
  });
  // Who printed what is kept; the browser's own menu prints as well.
  addEventListener("beforeprint", () => {
    const { printed } = document.body.dataset;
    if (!printed) return;
    fetch(printed, {
      method: "POST",
      headers: JSON.parse(document.body.getAttribute("hx-headers")),
      body: new URLSearchParams({ path: location.pathname }),
      keepalive: true,
    });
  });

  // Signed out meanwhile: sign in here, on top of what was being typed.
  // A look that was under way meanwhile says so late; if it is true, the next look says it again.
  let signedIn = -Infinity;
  document.body.addEventListener("signed-out", async () => {
    const dialog = $("#sign-in");
    if (!dialog || dialog.open || performance.now() - signedIn < 3000) return;
    const place = $("#sign-in-form");
    document.documentElement.classList.add("is-signed-out");
    await htmx.ajax("GET", place.dataset.address, { target: place, swap: "innerHTML" });
    dialog.showModal();
  });
  // It stays until somebody is signed in: under it stands what only they may read.
  $("#sign-in")?.addEventListener("close", (event) => {
    if (document.documentElement.classList.contains("is-signed-out")) event.target.showModal();
  });
  document.body.addEventListener("signed-in", (event) => {
    const { token, user } = event.detail;
    signedIn = performance.now();
    if (user !== $("#sign-in-form").dataset.user) return location.reload();
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    $$("input[name=csrfmiddlewaretoken]").forEach((input) => {
      input.value = token;
    });
    document.documentElement.classList.remove("is-signed-out");
    $("#sign-in").close();
    toast({ text: "Signed in again. Please repeat your last click." });
    return undefined;
  });

  // Drafts: what is typed into such a form survives leaving the page by accident, in this tab only.
  // They are their writer's: gone at signing out, and when somebody else signs in.
  const owner = $("#sign-in-form")?.dataset.user;
  const dropDrafts = () =>
    Object.keys(sessionStorage)
    .filter((name) => name.startsWith("draft:"))
    .forEach((name) => sessionStorage.removeItem(name));
  if (owner && sessionStorage.getItem("drafts-of") !== owner) {
    dropDrafts();
    sessionStorage.setItem("drafts-of", owner);
  }
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) dropDrafts();
  });
  // A choice that brings more fields with it.
  const reveal = (name) =>
    $$(`input[type=radio][name="${name}"][data-reveals]`).forEach((radio) => {
      document.getElementById(radio.dataset.reveals).hidden = !radio.checked;
    });
  document.addEventListener("change", (event) => {
    if (event.target.type === "radio") reveal(event.target.name);
  });

  const fields = (form) =>
    $$("input:not([type=hidden]):not([type=password]):not([type=file]), textarea, select", form);
  const key = (form) => `draft:${form.dataset.draft}`;
  $$("form[data-draft]").forEach((form) => {
    const kept = JSON.parse(sessionStorage.getItem(key(form)) || "null");
    if (kept && !$(".field-error, .conflict, .asked", form)) {
      fields(form).forEach((field) => {
        if (!(field.name in kept)) return;
        if (field.type === "checkbox" || field.type === "radio")
          field.checked = kept[field.name].includes(field.value);
        else field.value = kept[field.name][0];
        if (field.dataset.reveals) reveal(field.name);
      });
      toast({ text: "What you had typed here is back." });
    }
    form.addEventListener("input", () => {
      const values = {};
      new FormData(form).forEach((value, name) => {
        if (typeof value === "string")(values[name] ||= []).push(value);
      });
      delete values.csrfmiddlewaretoken;
      sessionStorage.setItem(key(form), JSON.stringify(values));
    });
  });
  const forget = $("[data-forget-draft]");
  if (forget) sessionStorage.removeItem(`draft:${forget.dataset.forgetDraft}`);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-drop-draft]");
    if (link) sessionStorage.removeItem(`draft:${link.dataset.dropDraft}`);
  });

  // A form is sent once, however often the button is clicked.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => {
      delete form.dataset.sent;
    }, 4000);
  });
  const sending = new WeakSet();
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    // Previews post as well, as often as somebody types: only what is pressed may be pressed twice.
    if (requestConfig.verb === "get" || !elt.matches("form, button, a")) return;
    if (sending.has(elt)) {
      event.preventDefault();
      return;
    }
    sending.add(elt);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful } = event.detail;
    setTimeout(() => sending.delete(elt), successful ? 700 : 0);
  });
  // Choices that apply at once.
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-submit-on-change]");
    // A date that is still being typed has a year like 0002.
    if (!field || (field.type === "date" && !(field.valueAsDate?.getUTCFullYear() >= 1900))) return;
    field.form.requestSubmit();
  });

  // The inbox's count stands in the title as well.
  const count = () => {
    const waiting = Number($("[data-inbox-count]")?.dataset.inboxCount || 0);
    document.title = (waiting ? `(${waiting}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  };
  count();
  document.body.addEventListener("inbox-count", (event) => {
    $$("[data-inbox-count]").forEach((badge) => {
      badge.dataset.inboxCount = event.detail.value;
      badge.firstChild.data = event.detail.value;
      badge.hidden = !event.detail.value;
    });
    count();
  });

  // Sent here to search: one types at once.
  if (location.hash === "#q") $("#q")?.focus();

  // Keys. Single letters can be switched off, and never act while something is being typed.
  const on = $("#shortcuts-on");
  const wanted = () => {
    try {
      return localStorage.getItem("shortcuts") !== "off";
    } catch {
      return true;
    }
  };
  if (on) {
    on.checked = wanted();
    on.addEventListener("change", () => {
      try {
        localStorage.setItem("shortcuts", on.checked ? "on" : "off");
      } catch {
        /* private mode */
      }
    });
  }
  const typing = (target) =>
    target.closest?.(
      "input, textarea, select, [contenteditable], dialog[open], .dropdown-menu.show",
    );
  let go = 0;
  document.addEventListener("keydown", (event) => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      !wanted() ||
      typing(event.target) ||
      $("dialog[open]")
    )
      return;
    const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (go && Date.now() - go < 1500) {
      go = 0;
      const there = $$("[data-go]").find((item) => item.dataset.go === pressed);
      if (there) {
        event.preventDefault();
        location.assign(there.dataset.href);
        return;
      }
    }
    if (pressed === "g") {
      go = Date.now();
      return;
    }
    if (pressed === "?") {
      event.preventDefault();
      $("#shortcuts")?.showModal();
      return;
    }
    if (pressed === "/") {
      const search = $("[data-search]") || $("[data-find]");
      if (!search) return;
      event.preventDefault();
      if (search.hasAttribute("data-find")) {
        search.click();
        return;
      }
      search.focus();
      search.select();
      return;
    }
    const marked = $$("[data-key]").find((item) => item.dataset.key === pressed);
    if (marked) {
      event.preventDefault();
      marked.click();
      return;
    }
    if (pressed === "j" || pressed === "k") {
      const rows = $$("[data-row]");
      const here = rows.indexOf(document.activeElement.closest("[data-row]"));
      const next = rows[pressed === "j" ? here + 1 : Math.max(here - 1, 0)];
      if (next) {
        event.preventDefault();
        $("a, button", next)?.focus();
      }
    }
  });
})();
