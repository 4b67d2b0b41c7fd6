// The day sheet's own: the clocks of its "now" lines, and printing the whole day.
(() => {
  // The locations' clocks, by the server's time: this machine's may be off.
  const skews = new WeakMap();
  const turn = () => {
    document.querySelectorAll("time[data-clock]").forEach((clock) => {
      if (!skews.has(clock)) skews.set(clock, Date.parse(clock.dateTime) - Date.now());
      const shown = new Intl.DateTimeFormat("en-GB", {
        timeZone: clock.dataset.clock,
        hour: "2-digit",
        minute: "2-digit",
      }).format(Date.now() + skews.get(clock));
      if (clock.textContent !== shown) clock.textContent = shown;
    });
  };
  turn();
  setInterval(turn, 5000);
  document.addEventListener("htmx:afterSwap", turn);

  const link = document.querySelector("a[data-print]");
  // The browser's own way of printing would print this page of the day, without what is folded.
  document.addEventListener("keydown", (event) => {
    const prints = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "p";
    if (!prints || event.shiftKey || event.altKey || !link) return;
    event.preventDefault();
    location.assign(link.href);
  });
  if (document.querySelector("[data-print-now]")) addEventListener("load", () => print());
})();
