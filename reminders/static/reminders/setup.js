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

  // Country and time zone know each other: choosing one moves the other where it has to.
  const zone = document.getElementById("id_zone");
  const country = document.getElementById("id_country");
  const named = () => country.selectedOptions[0]?.textContent.trim();
  if (zone && country) {
    country.addEventListener("change", () => {
      const group = [...zone.querySelectorAll("optgroup")].find((one) => one.label === named());
      if (group && zone.selectedOptions[0]?.parentElement !== group)
        zone.value = group.querySelector("option").value;
    });
    zone.addEventListener("change", () => {
      const label = zone.selectedOptions[0].parentElement.label;
      const its = [...country.options].find((one) => one.textContent.trim() === label);
      if (its) country.value = its.value;
    });
  }

  // The preview never stands empty: where it could not be fetched it says so, and tries again.
  const again = (event) => {
    const place = event.detail.elt;
    if (place.id !== "preview") return;
    const words = document.createElement("p");
    words.className = "soft mb-0";
    words.textContent = "The preview could not be fetched. It is tried again in a moment.";
    place.replaceChildren(words);
    setTimeout(() => htmx.trigger(place, "again"), 3000);
  };
  for (const trouble of ["htmx:sendError", "htmx:timeout", "htmx:responseError"])
    document.body.addEventListener(trouble, again);
})();
