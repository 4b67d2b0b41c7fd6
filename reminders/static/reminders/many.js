// Choosing many visits: a group's box ticks its visits along, and the button counts them.
(() => {
  const form = document.querySelector("form[data-many]");
  if (!form) return;
  const visits = [...form.querySelectorAll("input[name=visit]")];
  const groups = [...form.querySelectorAll("input[name=group]")];
  const isOf = (visit, group) => visit.dataset.groups.split(" ").includes(group.value);
  const count = form.querySelector("[data-many-count]");
  const show = () => {
    const chosen = visits.filter((visit) => visit.checked).length;
    count.textContent = chosen ? ` with ${chosen}` : "";
  };
  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.name === "group") {
      visits.filter((visit) => isOf(visit, box)).forEach((visit) => {
        const other = groups.some((group) => group.checked && isOf(visit, group));
        visit.checked = box.checked || other;
      });
    } else if (box.name === "visit" && !box.checked) {
      // Else the group would choose it all the same.
      groups.filter((group) => isOf(box, group)).forEach((group) => {
        group.checked = false;
      });
    }
    show();
  });
  show();
})();
