// The page for offline: the pictures that were seen last, from the cache that src/app/seen-pictures.ts fills.
(function () {
  var whenSeen = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });

  async function show() {
    if (!(await caches.has("pinhole-seen"))) return;
    var cache = await caches.open("pinhole-seen");
    var answer = await cache.match("/seen/index");
    if (!answer) return;
    var seen = await answer.json();
    var list = document.getElementById("seen");
    for (var picture of seen.pictures) {
      var kept = await cache.match("/seen/" + picture.id);
      if (!kept) continue;
      var image = document.createElement("img");
      image.src = URL.createObjectURL(await kept.blob());
      image.alt = picture.alt;
      var item = document.createElement("li");
      item.append(image);
      list.append(item);
    }
    if (list.childElementCount === 0) return;
    document.getElementById("words").textContent =
      "Pinhole cannot be reached. These are the pictures you saw last, on " +
      whenSeen.format(new Date(seen.at)) +
      ". Everything else is here again once you are back online.";
  }

  function again() {
    location.reload();
  }

  document.getElementById("again").addEventListener("click", again);
  addEventListener("online", again);
  show().catch(function () {
    // Without the pictures, what the page says is still true.
  });
})();
