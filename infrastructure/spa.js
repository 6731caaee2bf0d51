// Which file answers an address: the site's own files as they are, the page of share links, and the
// site's one page for all others.
// In CloudFront, before the cache; app/api/static_site.py does the same on one machine.
var FILES = "{{files}}";

// eslint-disable-next-line no-unused-vars -- CloudFront calls it
function handler(event) {
  var request = event.request;
  if (request.uri === "/api") {
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
  var isFile = request.uri.indexOf("/assets/") === 0 || FILES.indexOf(request.uri) !== -1;
  if (!isFile) {
    request.uri = request.uri === "/s" ? "/s.html" : "/index.html";
  }
  return request;
}
