import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { sessionOptions } from "@/api";
import { renderWithApp } from "@/test/render";
import { aSession } from "@/test/samples";
import { server } from "@/test/server";

import { UploadProvider, useUpload } from ".";
import { UnfinishedNote } from "./unfinished-storage";

const ADA = "0190a0000000700080000000000000aa";

const Buttons = () => {
  const { openFilePicker, openFolderPicker } = useUpload();
  return (
    <>
      <button onClick={openFilePicker}>Files</button>
      <button onClick={openFolderPicker}>Folder</button>
      <input aria-label="Some text" />
    </>
  );
};

const show = () =>
  renderWithApp(
    <UploadProvider>
      <Buttons />
    </UploadProvider>,
  );

/** What a browser hands over with a drop or a paste, as far as it is looked at. */
const transferOf = (files: File[]) => ({
  types: ["Files"],
  items: files.map((file) => ({
    kind: "file",
    webkitGetAsEntry: () => null,
    getAsFile: () => file,
  })),
});

// Refused without a request: how files come in can be seen without a worker or a storage.
const notes = () => new File(["hello"], "notes.txt", { type: "text/plain" });

beforeEach(() => {
  Element.prototype.scrollTo = vi.fn();
});
afterEach(() => localStorage.clear());

const expectRow = async (name: string) => {
  expect(await screen.findByText(name)).toBeVisible();
  expect(screen.getByText(/This file type is not supported/)).toBeVisible();
};

test("files can be dropped anywhere, and the window says so", async () => {
  show();
  const dataTransfer = transferOf([notes()]);
  fireEvent.dragEnter(document.body, { dataTransfer });
  expect(screen.getByText("Drop to upload")).toBeVisible();
  fireEvent.drop(document.body, { dataTransfer });
  expect(screen.queryByText("Drop to upload")).not.toBeInTheDocument();
  await expectRow("notes.txt");
});

test("while an album is open the window says that files go into it", () => {
  renderWithApp(
    <UploadProvider album={{ id: "b1", title: "Lisbon" }}>
      <Buttons />
    </UploadProvider>,
  );
  fireEvent.dragEnter(document.body, { dataTransfer: transferOf([notes()]) });
  expect(screen.getByText("Drop to add to Lisbon")).toBeVisible();
});

test("what is dragged from the page itself is no upload", () => {
  show();
  const dataTransfer = transferOf([notes()]);
  fireEvent.dragStart(document.body, { dataTransfer });
  fireEvent.dragEnter(document.body, { dataTransfer });
  expect(screen.queryByText("Drop to upload")).not.toBeInTheDocument();
});

test("files can be pasted, but not into a text field", async () => {
  show();
  const clipboardData = transferOf([notes()]);
  fireEvent.paste(screen.getByLabelText("Some text"), { clipboardData });
  fireEvent.paste(document.body, { clipboardData });
  await expectRow("notes.txt");
  expect(screen.getAllByText("notes.txt")).toHaveLength(1);
});

test("the pickers open on demand; files that come from them are taken, again and again", async () => {
  show();
  const files = screen.getByLabelText<HTMLInputElement>("Pictures to upload");
  const folder = screen.getByLabelText<HTMLInputElement>("Folder to upload");
  const opened = vi.spyOn(HTMLInputElement.prototype, "click").mockReturnValue();
  await userEvent.click(screen.getByRole("button", { name: "Files" }));
  await userEvent.click(screen.getByRole("button", { name: "Folder" }));
  expect(opened.mock.contexts).toEqual([files, folder]);

  expect(files).toHaveAttribute("accept", expect.stringContaining(".heic"));
  expect(files.multiple).toBe(true);
  expect(folder).toHaveAttribute("webkitdirectory");

  fireEvent.change(files, { target: { files: [notes()] } });
  await expectRow("notes.txt");
});

test("an empty folder says that there is nothing in it", async () => {
  show();
  fireEvent.drop(document.body, { dataTransfer: transferOf([new File(["x"], ".DS_Store")]) });
  expect(await screen.findByText("There are no pictures in there.")).toBeVisible();
});

test("after a reload, what was not finished is named, can be chosen again or dismissed", async () => {
  new UnfinishedNote(ADA).write([
    { name: "a.jpg", size: 1 },
    { name: "b.jpg", size: 2 },
  ]);
  show();
  const notice = await screen.findByRole("region", { name: "Unfinished uploads" });
  expect(notice).toHaveTextContent("2 pictures were not finished");
  expect(notice).toHaveTextContent("a.jpg and b.jpg");

  const opened = vi.spyOn(HTMLInputElement.prototype, "click").mockReturnValue();
  await userEvent.click(screen.getByRole("button", { name: "Choose again" }));
  expect(opened).toHaveBeenCalledOnce();

  await userEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(notice).not.toBeInTheDocument();
  await waitFor(() => expect(localStorage).toHaveLength(0));
});

test("of a large file, it says that only what is missing is sent", async () => {
  new UnfinishedNote(ADA).write([{ name: "wall.tif", size: 90 * 1024 * 1024 }]);
  show();
  const notice = await screen.findByRole("region", { name: "Unfinished uploads" });
  expect(notice).toHaveTextContent("only the missing parts are sent");
});

test("signing out forgets the names of unfinished files, a mere redraw does not", async () => {
  new UnfinishedNote(ADA).write([{ name: "a.jpg", size: 1 }]);
  show().unmount();
  expect(localStorage).toHaveLength(1);

  const { client } = show();
  client.setQueryData(sessionOptions.queryKey, aSession({ user: null }));
  await waitFor(() => expect(localStorage).toHaveLength(0));
});

test("leaving the page is warned of while something is unsent, and only then", async () => {
  const warns = () => {
    const leaving = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(leaving);
    return leaving.defaultPrevented;
  };
  vi.stubGlobal("Worker", SilentWorker);
  URL.createObjectURL = vi.fn(() => "blob:picture");
  URL.revokeObjectURL = vi.fn();
  server.use(http.all("*", () => HttpResponse.error()));
  show();
  expect(warns()).toBe(false);
  const picture = new File(["x"], "a.jpg", { type: "image/jpeg" });
  fireEvent.drop(document.body, { dataTransfer: transferOf([picture]) });
  const cancel = await screen.findByRole("button", { name: "Cancel a.jpg" });
  expect(warns()).toBe(true);
  await userEvent.click(cancel);
  expect(warns()).toBe(false);
});

/** Hashes for ever. */
class SilentWorker extends EventTarget {
  postMessage = vi.fn();
  terminate = vi.fn();
}
