// What the administration's scripts build without a role, so that screen readers may say it.
addEventListener("load", () =>
  // Theirs listen for the same moment, some of them after us.
  setTimeout(() =>
    document.querySelectorAll("span.help-tooltip[aria-label]").forEach((hint) => {
      hint.setAttribute("role", "img");
    }),
  ),
);
