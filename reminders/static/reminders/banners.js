// The problems on top are looked up after a page is there, which would push it down each time: what
// the page before this one knew stands there from the start. Runs where the banners stand.
(() => {
  const KEPT = "banners";
  const box = document.getElementById("banners");
  if (!box) return;
  try {
    const known = sessionStorage.getItem(KEPT);
    if (known) box.innerHTML = known;
    box.addEventListener("htmx:afterSwap", () => sessionStorage.setItem(KEPT, box.innerHTML));
  } catch {
    // A browser that keeps nothing shows them a moment later.
  }
})();
