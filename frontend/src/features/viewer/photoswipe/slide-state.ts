/** State of a slide: the preview of the picture, or the reason why there is none. */
import { imageAlt, isVideo, type Image } from "@/api";
import { thumbHashToDataURL } from "thumbhash";

/** The kinds of slide; a picture that changes from one to another is laid anew. */
export type Slide =
  | { kind: "picture"; url: string; width: number; height: number; alt: string }
  | { kind: "notice"; title: string; detail: string | null; isBusy: boolean };

export const slideOf = (image: Image): Slide => {
  const { preview_url: url, width, height, state, failure } = image;
  if (url !== null && width !== null && height !== null) {
    return { kind: "picture", url, width, height, alt: imageAlt(image) };
  }
  const isBusy = state === "processing" || state === "uploading";
  if (isBusy) {
    return { kind: "notice", title: "Being prepared", detail: "It shows here when ready.", isBusy };
  }
  // Its player lies above the stage.
  if (isVideo(image)) return { kind: "notice", title: image.name, detail: null, isBusy };
  return {
    kind: "notice",
    title: failure?.title ?? "This picture can’t be shown",
    detail: failure?.detail ?? "Reload the page to try again.",
    isBusy,
  };
};

/** A slide without a picture. Made by hand, since it lives between PhotoSwipe's elements. */
export const noticeElement = ({ title, detail, isBusy }: Extract<Slide, { kind: "notice" }>) => {
  const element = document.createElement("div");
  element.className = "stage-notice";
  if (isBusy)
    element.append(Object.assign(document.createElement("span"), { className: "stage-busy" }));
  const heading = document.createElement("p");
  heading.textContent = title;
  element.append(heading);
  if (detail !== null) {
    const line = document.createElement("p");
    line.textContent = detail;
    element.append(line);
  }
  return element;
};

/** The blur of colours as an address for CSS; empty when there is none or it cannot be read. */
export const blurOf = ({ thumbhash }: Image): string => {
  if (thumbhash === null) return "";
  try {
    const bytes = Uint8Array.from(atob(thumbhash), (character) => character.charCodeAt(0));
    return `url(${thumbHashToDataURL(bytes)})`;
  } catch {
    return "";
  }
};
