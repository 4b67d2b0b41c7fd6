// Import: a file dropped anywhere on the page goes into the field, which stays the way for
// keyboards.
(() => {
  const zone = document.querySelector(".drop");
  if (!zone) return;
  const field = zone.querySelector("input[type=file]");
  const carriesFile = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  let depth = 0;

  const light = (by) => {
    depth = Math.max(0, depth + by);
    zone.classList.toggle("is-over", depth > 0);
  };
  document.addEventListener("dragenter", (event) => {
    if (carriesFile(event)) light(1);
  });
  document.addEventListener("dragleave", (event) => {
    if (carriesFile(event)) light(-1);
  });
  // Without this the browser would leave the page and show the file.
  document.addEventListener("dragover", (event) => {
    if (carriesFile(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    light(-depth);
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    field.files = one.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    zone.closest("form").querySelector("button").focus();
  });

  zone.closest("form").addEventListener("submit", (event) => {
    const button = event.target.querySelector("button");
    // A second click would be a second upload.
    if (button.getAttribute("aria-disabled")) return event.preventDefault();
    button.setAttribute("aria-disabled", "true");
    event.target.querySelector("[data-uploading]").hidden = false;
    return true;
  });
  // Coming back with the browser's button shows the form as it was left.
  window.addEventListener("pageshow", () => {
    zone.closest("form").querySelector("button").removeAttribute("aria-disabled");
    zone.closest("form").querySelector("[data-uploading]").hidden = true;
  });
})();
