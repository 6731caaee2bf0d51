// Runs before the first paint, so that a chosen theme does not flash the other one. See src/app/theme.ts.
(function () {
  try {
    var choice = localStorage.getItem("pinhole.theme");
    if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
  } catch (error) {
    // Storage is closed to us (private mode): the system's choice holds.
  }
})();
