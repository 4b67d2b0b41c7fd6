// What a composer does beyond the shell: it starts at the latest text, counts a kept draft, and
// empties once sent.
(() => {
  const latest = () => {
    const list = document.getElementById("bubbles");
    if (list) list.scrollTop = list.scrollHeight;
  };
  const composers = () => [...document.querySelectorAll("form[data-composer]")];
  const count = (form) =>
    form.querySelector("textarea")?.dispatchEvent(new Event("input", { bubbles: true }));

  document.addEventListener("DOMContentLoaded", () => {
    latest();
    // The shell has put a kept draft back by now.
    composers()
      .filter((form) => form.querySelector("textarea")?.value)
      .forEach(count);
  });
  document.body.addEventListener("text-sent", (event) => {
    composers()
      .filter((form) => form.dataset.draft === event.detail.draft)
      .forEach((form) => {
        const field = form.querySelector("textarea");
        field.value = "";
        count(form);
        field.focus();
      });
    sessionStorage.removeItem(`draft:${event.detail.draft}`);
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const list = document.getElementById("bubbles");
    const near = list && list.scrollHeight - list.scrollTop - list.clientHeight < 240;
    if (event.detail.elt?.id?.startsWith("b-") && near) latest();
  });
  // Send with Ctrl or Cmd and Enter.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
      event.target.closest("form[data-composer]")?.requestSubmit();
  });
})();
