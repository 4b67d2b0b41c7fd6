// Fields for days are text in the location's format; the button beside them opens a calendar.
(() => {
  const parts = ["yyyy", "mm", "dd"];
  const native = (opener) => opener.parentElement.querySelector("input[type=date]");
  const field = (element) => element.parentElement.querySelector("[data-day]");

  const toIso = ({ value, dataset }) => {
    const order = dataset.day.match(/yyyy|mm|dd/g);
    const numbers = value.match(/\d+/g) || [];
    if (numbers.length !== 3 || /[^\d./ -]/.test(value)) return "";
    const found = Object.fromEntries(order.map((part, place) => [part, numbers[place]]));
    return parts.map((part) => found[part].padStart(part.length, "0")).join("-");
  };
  const show = (root) =>
    root.querySelectorAll("[data-open-calendar]").forEach((button) => {
      button.hidden = !("showPicker" in HTMLInputElement.prototype);
    });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-calendar]");
    if (!opener) return;
    native(opener).value = toIso(field(opener));
    native(opener).showPicker();
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches(".day-field > input[type=date]") || !event.target.value) return;
    const [year, month, day] = event.target.value.split("-");
    const typed = field(event.target);
    typed.value = typed.dataset.day
      .replace("yyyy", year)
      .replace("mm", month)
      .replace("dd", day);
    for (const kind of ["input", "change"])
      typed.dispatchEvent(new Event(kind, { bubbles: true }));
  });
  document.addEventListener("htmx:load", (event) => show(event.target));
  show(document);
})();
