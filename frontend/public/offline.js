// The page for offline: the pictures that were seen last, from the cache that src/app/device-data.ts fills.
(function () {
  var whenSeen = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });

  // Beyond these, pictures are cut.
  var MIN_RATIO = 0.5;
  var MAX_RATIO = 3;

  function yes() {
    return true;
  }
  function no() {
    return false;
  }

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
      // Its shape is known before it is there, so that nothing jumps; one that does not open is left out.
      if (!(await image.decode().then(yes, no))) continue;
      var ratio = image.naturalWidth / image.naturalHeight;
      item.style.setProperty("--ratio", Math.min(MAX_RATIO, Math.max(MIN_RATIO, ratio)).toFixed(3));
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
