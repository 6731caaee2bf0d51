// The page that messengers read of a share link, /s/ID: whoever opens the link goes on to the pictures.
window.location.replace(`/s${window.location.hash}`);
