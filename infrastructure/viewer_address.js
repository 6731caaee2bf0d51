// What the API is told of whoever asks: their address, and the shard that their network counts in.
// Both are CloudFront's word, whatever the browser says. See [Note: Shards] in shards.py.
var SHARDS = "{{shards}}";
// A path may not climb out of its shard: CloudFront passes it on as it came.
var CLIMBS = /(^|\/|\\|%2f|%5c)(\.|%2e){1,2}(\/|\\|%2f|%5c|$)/i;

// A share link that has a preview, which messengers fetch without what stands behind the #.
var LINK = /^\/s\/([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/i;

// eslint-disable-next-line no-unused-vars -- CloudFront calls it
function handler(event) {
  var request = event.request;
  if (request.uri.indexOf("/s/") === 0) {
    var link = LINK.exec(request.uri);
    if (!link) {
      // Browsers keep what stands behind the #.
      return {
        statusCode: 302,
        statusDescription: "Found",
        headers: { location: { value: "/s" }, "cache-control": { value: "no-store" } },
      };
    }
    request.uri = "/api/shared/previews/" + link[1].toLowerCase();
  }
  if (request.uri.indexOf("/api/") !== 0 || CLIMBS.test(request.uri)) {
    return {
      statusCode: 404,
      statusDescription: "Not Found",
      headers: {
        "content-type": { value: "application/problem+json" },
        "cache-control": { value: "private, no-store" },
      },
      body: '{"type":"about:blank","title":"Not Found","status":404,"code":"not_found","detail":"There is nothing here."}',
    };
  }
  request.headers["x-pinhole-viewer-address"] = { value: event.viewer.ip };
  request.uri = "/shard-" + shardOf(event.viewer.ip) + request.uri;
  return request;
}

function shardOf(address) {
  var network = networkOf(address);
  var sum = 0;
  for (var at = 0; at < network.length; at += 1) {
    // Primes: neighbours come out far apart, and the product stays below 2 to the 53rd.
    sum = ((sum + network.charCodeAt(at)) * 7919) % 1000003;
  }
  return sum % SHARDS;
}

// An IPv4 address, or the first 48 bits of an IPv6 one: as many as one customer may hold.
function networkOf(address) {
  if (address.indexOf(":") === -1) {
    return address;
  }
  var halves = address.split("::");
  var groups = halves[0] ? halves[0].split(":") : [];
  var last = halves[1] ? halves[1].split(":") : [];
  while (halves.length === 2 && groups.length + last.length < 8) {
    groups.push("0");
  }
  return groups
    .concat(last)
    .slice(0, 3)
    .map(function (group) {
      return parseInt(group, 16).toString(16);
    })
    .join(":");
}
