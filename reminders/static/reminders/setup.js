// The wording editor: placeholders go in at the cursor, offered replacements into the box.
(() => {
  const changed = (box) => {
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-into]");
    if (!button) return;
    const box = document.getElementById(button.dataset.into);
    if ("put" in button.dataset) box.value = button.dataset.put;
    else box.setRangeText(button.dataset.insert, box.selectionStart, box.selectionEnd, "end");
    changed(box);
  });
})();
