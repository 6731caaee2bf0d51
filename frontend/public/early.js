// Asks for what the first screen shows while the page's own code is still on its way. See src/api/early.ts.
(function () {
  var asked = Object.create(null);
  window.pinholeEarly = asked;
  function ask(path) {
    asked[path] = fetch(path);
    // The page hears of it when it takes the answer.
    asked[path].catch(function () {});
    return asked[path];
  }
  ask("/api/auth/session");
  try {
    if (localStorage.getItem("pinhole.was-signed-in") !== "yes") return;
  } catch {
    return; // Storage is closed to us: the page asks for the rest once it knows who is there.
  }
  if (location.pathname !== "/" && !location.pathname.startsWith("/images/")) return;
  var pageSize = 100;
  ask("/api/images?limit=" + pageSize + "&view=timeline&addresses=shared");
  ask("/api/timeline?view=timeline")
    .then(function (answer) {
      return answer.ok ? answer.clone().json() : null;
    })
    .then(function (timeline) {
      var newest = timeline && timeline.buckets[0];
      // The page of images has smaller ones whole.
      if (newest && newest.count > pageSize && window.pinholeEarly === asked) {
        ask("/api/timeline/" + newest.key + "?view=timeline");
      }
    })
    .catch(function () {});
})();
