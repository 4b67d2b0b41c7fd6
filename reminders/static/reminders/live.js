// What is live about a page: what happened is said once, undo stands in the row that changed, one
// line tells since when nothing comes through, and a new card is announced to those who asked.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const toast = (detail) =>
    document.body.dispatchEvent(new CustomEvent("toast", { detail, bubbles: true }));

  // Read aloud, once; what comes at one moment in one go. Emptied first: the same words a second
  // time would be no change.
  const said = $("#said");
  let toSay = [];
  const say = (words) => {
    toSay.push(words);
    if (toSay.length > 1) return;
    said.textContent = "";
    setTimeout(() => {
      said.textContent = toSay.join(" ");
      toSay = [];
    }, 100);
  };

  // Undo in the row. The row brings no undo of its own: it would stand there for everybody.
  const undos = new Map();
  const stateOf = (row) => $(".cell-state .state", row)?.textContent.trim();
  const dress = (row, undo) => {
    if ($(".row-undo", row)) return;
    const place = document.createElement("span");
    place.className = "row-undo no-print";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link-button";
    button.textContent = "Undo";
    button.setAttribute("aria-label", `Undo: ${undo.text}`);
    button.addEventListener("click", () => {
      button.disabled = true;
      htmx.ajax("POST", undo.address, { source: row, swap: "none" });
      setTimeout(() => {
        button.disabled = false;
      }, 4000);
    });
    place.append("· ", button);
    $(".cell-state .state", row).after(place);
  };
  document.addEventListener(
    "toast",
    (event) => {
      const { row, undo, text } = event.detail;
      const id = `row-${row}`;
      const shown = document.getElementById(id);
      if (!row || !shown?.matches(".day-row")) return;
      event.stopPropagation();
      if (undo) undos.set(id, { address: undo, text, before: stateOf(shown) });
      else undos.delete(id);
      mine.add(id);
      say(text);
    },
    true,
  );
  const mine = new Set();
  const dressAll = () =>
    undos.forEach((undo, id) => {
      const row = document.getElementById(id);
      if (!row) {
        // Filtered or folded away: the note beside the list is the only place that is left.
        undos.delete(id);
        toast({ text: undo.text, undo: undo.address, tone: "ok" });
        return;
      }
      const state = stateOf(row);
      if (state === undo.before) return; // the look that brings the new state is still to come
      undo.after ??= state;
      if (state === undo.after) dress(row, undo);
      else undos.delete(id);
    });

  // What others did, in a few words; what one did oneself has been said.
  const nameOf = (row) => $(".who", row)?.textContent.trim() || "";
  document.body.addEventListener("rows-merged", (event) => {
    dressAll();
    const { added, changed } = event.detail;
    const news = [...changed, ...added].filter((row) => !mine.has(row.id) && stateOf(row));
    mine.clear();
    if (news.length > 3) say(`${news.length} appointments have changed.`);
    else if (news.length) say(news.map((row) => `${nameOf(row)}: ${stateOf(row)}`).join(". "));
  });

  // Not up to date: one line that stays, and goes by itself.
  const line = $("#not-up-to-date");
  const SLOW = 9000; // milliseconds after which an answer is missed
  const missing = new Map();
  let lastGood = new Date();
  const missed = (elt, why) => {
    missing.set(elt, why);
    const since = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
    const words = `Not up to date since ${since.format(lastGood)}. ${why}`;
    // Only written when it says something new: it is read aloud.
    if (line.textContent !== words) line.textContent = words;
    line.hidden = false;
  };
  const came = (elt, status) => {
    missing.delete(elt);
    if (missing.size) return;
    // Who is signed out gets an answer, but nothing new.
    if (status < 400) lastGood = new Date();
    if (line.hidden) return;
    line.hidden = true;
    line.textContent = "";
    say("Up to date again.");
  };
  const NONE = "There is no connection; we keep trying.";
  const LATE = "The answer takes long; we keep trying.";
  const WRONG = "Something is wrong on our side; we keep trying.";
  const isLive = (event) => event.detail.elt.hasAttribute?.("data-live");
  const timers = new WeakMap();
  const whenLive = (name, act) =>
    document.body.addEventListener(name, (event) => {
      if (line && isLive(event)) act(event.detail.elt, event.detail.xhr);
    });
  whenLive("htmx:beforeSend", (elt) => {
    timers.set(
      elt,
      setTimeout(() => missed(elt, LATE), SLOW),
    );
  });
  whenLive("htmx:afterRequest", (elt, xhr) => {
    clearTimeout(timers.get(elt));
    if (xhr.status >= 500 || xhr.status === 429) missed(elt, WRONG);
    else if (xhr.status) came(elt, xhr.status);
  });
  const live = () => [...document.querySelectorAll("[data-live]")];
  addEventListener("offline", () => {
    if (line && live().length) missed(live()[0], NONE);
  });
  // As soon as it may work again, and as soon as somebody looks at the page again.
  const lookAgain = () => live().forEach((elt) => htmx.trigger(elt, "look-again"));
  addEventListener("online", lookAgain);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) lookAgain();
  });

  // What was not done says so, by its name, and stays until it is closed.
  const calledWhat = ({ elt, requestConfig }) => {
    const pressed = requestConfig?.triggeringEvent?.submitter || elt;
    const words = pressed.matches?.("button, a") ?
      pressed.getAttribute("aria-label") || pressed.textContent : "";
    const short = words.replace(/\s+/g, " ").trim();
    return short ? `“${short.slice(0, 80)}”` : "Your last click";
  };
  const acting = (event) =>
    !isLive(event) && event.detail.requestConfig && event.detail.requestConfig.verb !== "get";
  const told = (event, words) => {
    event.stopPropagation(); // before the general words for what only shows something
    toast({ text: words, tone: "danger", stay: true });
  };
  const whenLost = (name, why, words) =>
    document.addEventListener(
      name,
      (event) => {
        if (isLive(event)) {
          // Not a note every ten seconds.
          event.stopPropagation();
          if (line) missed(event.detail.elt, why);
        } else if (acting(event)) told(event, words(calledWhat(event.detail)));
      },
      true,
    );
  whenLost("htmx:sendError", NONE, (what) => `${what} was not done: there is no connection.`);
  whenLost(
    "htmx:timeout",
    LATE,
    (what) => `No answer came to ${what}. Please look whether it was done.`,
  );
  // A form that leads to another page would end on the browser's page for lost connections.
  document.addEventListener(
    "submit",
    (event) => {
      if (navigator.onLine || event.target.method !== "post") return;
      if (event.target.hasAttribute("hx-post")) return;
      event.preventDefault();
      event.stopPropagation();
      const words = "was not done: there is no connection. What you typed is still here.";
      const named = event.submitter?.textContent.trim();
      toast({
        text: `${named ? `“${named}”` : "That"} ${words}`,
        tone: "danger",
        stay: true,
      });
    },
    true,
  );

  // A new card, for those who asked on this device: nothing of the patient, only how many.
  const root = document.documentElement;
  const store = {
    get: () => {
      try {
        return localStorage.getItem("tell-of-cards") === "on";
      } catch {
        return false;
      }
    },
    set: (on) => {
      try {
        localStorage.setItem("tell-of-cards", on ? "on" : "off");
      } catch {
        /* private mode: only for now */
      }
    },
  };
  const switches = [...document.querySelectorAll("[data-tell-of-cards]")];
  const can = "Notification" in window;
  const show = () => {
    const on = can && store.get() && Notification.permission === "granted";
    // Hidden pages then go on to ask for the count, by which the title changes as well.
    root.toggleAttribute("data-tells-of-cards", on);
    switches.forEach((one) => {
      one.hidden = !can;
      one.setAttribute("aria-pressed", String(on));
    });
  };
  show();
  switches.forEach((one) =>
    one.addEventListener("click", async () => {
      if (root.hasAttribute("data-tells-of-cards")) {
        store.set(false);
        show();
        toast({ text: "New cards are not announced any more." });
        return;
      }
      const allowed = (await Notification.requestPermission()) === "granted";
      store.set(allowed);
      show();
      const refused =
        "Your browser does not let us announce anything. You can allow it in its settings for " +
        "this site.";
      if (allowed) toast({ text: "New cards in the inbox are announced on this device." });
      else toast({ text: refused, tone: "warning" });
    }),
  );
  let waiting = Number($("[data-inbox-count]")?.dataset.inboxCount || 0);
  document.body.addEventListener("inbox-count", (event) => {
    const { value } = event.detail;
    const more = value - waiting;
    waiting = value;
    if (more <= 0 || !root.hasAttribute("data-tells-of-cards") || document.hasFocus()) return;
    try {
      const note = new Notification(more === 1 ? "A new card in the inbox" : `${more} new cards`, {
        body: value === 1 ? "1 card waits for you." : `${value} cards wait for you.`,
        tag: "inbox", // of several open pages one note, not several
      });
      note.addEventListener("click", () => {
        window.focus();
        location.assign(root.dataset.inbox);
      });
    } catch {
      /* phones show notes only through a service worker, and we keep none */
    }
  });
})();
