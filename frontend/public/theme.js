// Runs before the first paint, so that a chosen theme does not flash the other one. See src/app/theme.ts.
(function () {
  try {
    var choice = localStorage.getItem("pinhole.theme");
    if (choice !== "light" && choice !== "dark") return;
    document.documentElement.dataset.theme = choice;
    document.querySelectorAll("meta[name=theme-color]").forEach(function (meta) {
      meta.media = meta.dataset.theme === choice ? "all" : "not all";
    });
  } catch {
    // Storage is closed to us (private mode): the system's choice holds.
  }
})();
