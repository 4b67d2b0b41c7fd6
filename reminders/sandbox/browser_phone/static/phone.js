"use strict";
// The phone page: asks the sandbox once a second what is new and draws it. Texts only ever become
// text nodes.

const $ = (id) => document.getElementById(id);
const desk = $("desk"),
  list = $("numbers"),
  bubbles = $("bubbles"),
  box = $("text");
let version = -1,
  current = "",
  known = new Set(),
  drawn = "",
  skew = 0,
  searching = "",
  road = "sms";

function el(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

async function ask(path, body) {
  const order =
    body === undefined ? {} : {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
  const answer = await fetch(path, order);
  const data = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw new Error(data.message || "The sandbox did not take it.");
  return data;
}

const path = (number, action) =>
  `/phone/conversations/${encodeURIComponent(number)}${action ? "/" + action : ""}`.replace(
    "%2B",
    "+",
  );

function pretty(number) {
  const groups = [
    [/^\+44(\d{4})(\d{6})$/, "+44 $1 $2"],
    [/^\+61(\d{3})(\d{3})(\d{3})$/, "+61 $1 $2 $3"],
    [/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3"],
  ];
  for (const [pattern, shape] of groups)
    if (pattern.test(number)) return number.replace(pattern, shape);
  return number;
}

const now = () => new Date(Date.now() + skew);
const hours = (date) => date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const dayOf = (date) =>
  date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });

function dayName(date) {
  const days = Math.round(
    (new Date(date).setHours(12, 0, 0, 0) - now().setHours(12, 0, 0, 0)) / 864e5,
  );
  return days === 0 ? "Today" : days === -1 ? "Yesterday" : days === 1 ? "Tomorrow" : dayOf(date);
}

function briefly(date) {
  return dayName(date) === "Today" ?
    hours(date) :
    date.toLocaleDateString([], { day: "numeric", month: "short" });
}

function texts(count) {
  return count === 1 ? "1 text" : `${count} texts`;
}

function when(iso) {
  const date = new Date(iso),
    day = dayName(date);
  return day === "Today" ?
    `at ${hours(date)}` :
    `${day.replace(/^(Tom|Yes)/, (part) => part.toLowerCase())} at ${hours(date)}`;
}

// The list

function preview(item) {
  const last = item.last;
  if (!last) return `${texts(item.scheduled)} scheduled, ${when(item.next_scheduled)}`;
  if (last.side === "patient") return `You: ${last.picture ? "📷 " : ""}${last.text}`;
  return last.side === "undelivered" ? "A text did not arrive" : last.text;
}

function line(item) {
  const row = el("li");
  const button = el("button", item.unread ? "number unread" : "number");
  button.type = "button";
  button.dataset.number = item.number;
  button.setAttribute("aria-current", String(item.number === current));
  button.append(el("span", `avatar c${Number(item.number.slice(-2)) % 8}`, item.number.slice(-3)));
  button.firstChild.setAttribute("aria-hidden", "true");
  button.append(
    el("span", "name", pretty(item.number)),
    el("time", "", item.last ? briefly(new Date(item.last.at)) : ""),
  );
  button.append(el("span", "last", preview(item)));
  if (item.unread && item.number !== current) {
    const dot = el("span", "dot", item.unread);
    dot.append(el("span", "hidden", " unread"));
    button.append(dot);
  }
  button.addEventListener("click", () => {
    location.hash = item.number;
  });
  row.append(button);
  return row;
}

function drawList(data) {
  const focused = document.activeElement?.dataset?.number;
  list.replaceChildren(...data.items.map(line));
  if (focused)
    list.querySelector(`[data-number="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  $("nothing").hidden = data.items.length > 0;
  $("more").hidden = data.total <= data.items.length;
  $("more").textContent =
    `${data.items.length} of ${data.total} phones shown: search for the others.`;
  const unread = data.items.filter((item) => item.unread && item.number !== current).length;
  document.title = unread ? `(${unread}) Phones · Sandbox` : "Phones · Sandbox";
}

// The conversation

const REASONS = {
  302: "this number has opted out",
  305: "the same text was sent before",
  320: "it came too late",
  401: "the phone stayed off until it expired",
  402: "the carrier refused it",
  414: "the phone is unreachable",
  RECIPIENT_NOT_REACHABLE: "this number has no WhatsApp",
  DELIVERY_TIMED_OUT: "the phone stayed off until its time ran out",
  OUTSIDE_ALLOWED_SENDING_WINDOW: "more than a day since the last message on WhatsApp",
  TEMPLATE_NOT_FOUND: "there is no such approved template",
};

// As phones do: an address becomes a link, a stop behind it is none of it.
function withLinks(words) {
  return words.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/).map((part, at) => {
    if (at % 2 === 0) return document.createTextNode(part);
    const link = el("a", "", part);
    link.href = part;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    return link;
  });
}

function bubbleOf(item) {
  if (item.side === "undelivered") {
    return el(
      "div",
      "bubble system",
      `A text from the clinic did not arrive${item.road ? " by WhatsApp" : ""}: ` +
      `${REASONS[item.code] || item.status}.`,
    );
  }
  if (item.picture) {
    const made = el("div", "bubble out picture");
    const shown = el("img");
    shown.src = item.picture;
    shown.alt = "Picture that you sent";
    shown.addEventListener("load", () => (bubbles.scrollTop = bubbles.scrollHeight));
    made.append(shown);
    if (item.text) made.append(el("span", "", item.text));
    return made;
  }
  const words = item.format === "TTS" ? `📞 Voice call: ${item.text}` : item.text;
  const written = item.side === "clinic" && item.format !== "TTS";
  const side = item.side === "clinic" ? "bubble in" : "bubble out";
  const made = el("div", side, written ? "" : words);
  if (written) made.append(...withLinks(words));
  if (item.road === "whatsapp") made.classList.add("whatsapp");
  return made;
}

// Quick replies stand under their text, as on WhatsApp; the last one that was tapped is marked.
function buttonsOf(item) {
  const made = el("div", "replies");
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", "Buttons of this text");
  for (const one of item.buttons) {
    const button = el("button", "", one.words);
    button.type = "button";
    button.setAttribute("aria-pressed", String(item.tapped === one.payload));
    button.addEventListener("click", () =>
      act("tap", { message: item.id, payload: one.payload }),
    );
    made.append(button);
  }
  return made;
}

function metaOf(item) {
  const side = item.side === "clinic" ? "in" : "out";
  const made = el("div", `meta ${side}`, hours(new Date(item.at)));
  const theirs = item.read ? "Read" : "Delivered";
  const words = side === "in" ? theirs : item.collected ? "Read by the clinic’s system" : "Sent";
  const both = side === "in" || item.collected;
  const tick = el("span", both ? "tick both" : "tick", both ? "✓✓" : "✓");
  if (item.read) tick.classList.add("read");
  if (item.road === "whatsapp") made.append(el("span", "by", " WhatsApp"));
  tick.setAttribute("aria-hidden", "true");
  tick.title = words;
  made.append(tick, el("span", "hidden", ` ${words}`));
  return made;
}

function drawBubbles(items, fresh) {
  const drawnNow = [];
  let day = "";
  for (const item of items) {
    const today = dayName(new Date(item.at));
    if (today !== day) drawnNow.push(el("div", "day", (day = today)));
    const made = bubbleOf(item);
    if (!fresh && !known.has(item.id)) made.classList.add("new");
    drawnNow.push(made);
    if (item.side === "clinic" && item.buttons && item.buttons.length)
      drawnNow.push(buttonsOf(item));
    if (item.side !== "undelivered") drawnNow.push(metaOf(item));
    if (item.answered) drawnNow.push(el("div", "bubble system", item.answered));
    known.add(item.id);
  }
  if (!drawnNow.length) drawnNow.push(el("div", "day", "No texts yet"));
  const atEnd = fresh || bubbles.scrollHeight - bubbles.scrollTop - bubbles.clientHeight < 120;
  bubbles.replaceChildren(...drawnNow);
  if (atEnd)
    bubbles.scrollTo({ top: bubbles.scrollHeight, behavior: fresh ? "instant" : "smooth" });
}

function drawConversation(data) {
  const fresh = drawn !== data.number;
  if (fresh) known = new Set();
  const latest = data.bubbles.findLast((item) => item.side === "clinic");
  // Patients answer where they were written to.
  road = latest && latest.road === "whatsapp" ? "whatsapp" : "sms";
  box.placeholder = road === "whatsapp" ? "WhatsApp message" : "Text message";
  $("sender").textContent = latest ? pretty(latest.sender) : "Clinic";
  $("owner").textContent = `on ${pretty(data.number)}`;
  $("blocked").hidden = !data.blocked;
  $("start").hidden = !data.blocked;
  $("upcoming").hidden = !data.scheduled;
  if (data.scheduled) {
    $("upcoming-words").textContent =
      `${texts(data.scheduled)} scheduled, next ${when(data.next_scheduled)}`;
  }
  drawBubbles(data.bubbles, fresh);
  drawn = data.number;
}

async function refreshConversation() {
  const wanted = current;
  if (!wanted) return;
  const data = await ask(path(wanted));
  if (wanted !== current) return;
  drawConversation(data);
  if (data.unread && !document.hidden) await ask(path(wanted, "read"), {});
}

async function refresh() {
  const search = $("search").value.trim();
  const same = search === searching ? `&version=${version}` : "";
  const data = await ask(`/phone/conversations?search=${encodeURIComponent(search)}${same}`);
  if (!data.unchanged) {
    skew = new Date(data.now) - Date.now();
    searching = search;
    drawList(data);
    await refreshConversation();
    version = data.version;
  }
  $("clock").textContent = hours(now());
}

async function loop() {
  try {
    if (!document.hidden) await refresh();
    showTrouble("");
  } catch (error) {
    showTrouble(
      error instanceof TypeError ? "The sandbox does not answer. Trying again…" : error.message,
    );
  }
  setTimeout(loop, 1000);
}

function showTrouble(words) {
  $("trouble").textContent = words;
  $("trouble").hidden = !words;
}

async function act(action, body) {
  try {
    drawConversation(await ask(path(current, action), body));
    showTrouble("");
  } catch (error) {
    showTrouble(error.message);
  }
}

// What people do

async function open() {
  current = decodeURIComponent(location.hash.slice(1));
  if (!/^\+\d{8,15}$/.test(current)) current = "";
  desk.classList.toggle("open", Boolean(current));
  $("handset").hidden = !current;
  $("welcome").hidden = Boolean(current);
  for (const button of list.querySelectorAll("button")) {
    button.setAttribute("aria-current", String(button.dataset.number === current));
  }
  version = -1;
  if (current) await refreshConversation().catch((error) => showTrouble(error.message));
}

function fit() {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 3, 120)}px`;
  $("send").disabled = !box.value.trim();
}

$("compose").addEventListener("submit", async (event) => {
  event.preventDefault();
  const content = box.value.trim();
  if (!content) return;
  box.value = "";
  fit();
  await act("reply", { content, road });
  box.focus();
});
$("camera").addEventListener("click", () => $("picture").click());
$("picture").addEventListener("change", async () => {
  const [file] = $("picture").files;
  $("picture").value = "";
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener("load", async () => {
    const content = box.value.trim();
    box.value = "";
    fit();
    await act("reply", { content, picture: reader.result });
  });
  reader.readAsDataURL(file);
});
box.addEventListener("input", fit);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("compose").requestSubmit();
  }
});
for (const button of document.querySelectorAll("[data-quick]")) {
  button.addEventListener("click", () => act("reply", { content: button.dataset.quick, road }));
}
$("forward").addEventListener("click", () => act("deliver-next", {}));
$("back").addEventListener("click", () => {
  location.hash = "";
});
$("search").addEventListener("input", () => refresh().catch(() => {}));
$("help-button").addEventListener("click", () => $("help").showModal());
$("help-close").addEventListener("click", () => $("help").close());
list.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 } [event.key];
  if (!step) return;
  event.preventDefault();
  const buttons = [...list.querySelectorAll("button")];
  buttons[buttons.indexOf(document.activeElement) + step]?.focus();
});
window.addEventListener("hashchange", open);

ask("/phone/help").then((data) => {
  $("magic").append(
    ...data.numbers.map((magic) => {
      const row = el("tr");
      row.append(el("td", "", pretty(magic.number)), el("td", "", magic.words));
      return row;
    }),
  );
});
open().then(loop);
