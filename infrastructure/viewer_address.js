// The address of who asks, for the API: set by CloudFront, whatever the browser says in this header.

// eslint-disable-next-line no-unused-vars -- CloudFront calls it
function handler(event) {
  var request = event.request;
  request.headers["x-pinhole-viewer-address"] = { value: event.viewer.ip };
  return request;
}
