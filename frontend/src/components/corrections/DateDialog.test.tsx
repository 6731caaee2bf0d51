import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { DateChange } from "@/api";
import { renderWithApp } from "@/test/render";

import { DateDialog } from "./DateDialog";

const FIRST = { timeline_at: "2024-05-03T14:05:06", taken_at: "2024-05-03T14:05:06+02:00" };

const setup = (count: number) => {
  const onChange = vi.fn<(change: DateChange) => void>();
  const onClose = vi.fn<() => void>();
  renderWithApp(<DateDialog count={count} first={FIRST} onChange={onChange} onClose={onClose} />);
  return { onChange, onClose, user: userEvent.setup() };
};
const save = () => screen.getByRole("button", { name: "Change date" });

test("it begins with what is known, and changes what was typed", async () => {
  const { onChange, user } = setup(1);
  expect(screen.getByLabelText("Date")).toHaveValue("2024-05-03");
  expect(screen.getByLabelText("Time zone")).toHaveDisplayValue("UTC+02:00");
  await user.selectOptions(screen.getByLabelText("Time zone"), "Not known");
  await user.clear(screen.getByLabelText("Date"));
  await user.type(screen.getByLabelText("Date"), "1985-07-14");
  await user.click(save());
  expect(onChange).toHaveBeenCalledWith({
    action: "set_taken",
    taken: { at: "1985-07-14T14:05:06", offset_minutes: null },
  });
});

test("a shift says what becomes of the first picture", async () => {
  const { onChange, user } = setup(3);
  await user.click(screen.getByLabelText("Shift date and time"));
  await user.type(screen.getByLabelText("Days"), "1");
  await user.type(screen.getByLabelText("Minutes"), "30");
  await user.click(screen.getByLabelText("Earlier, not later"));
  expect(screen.getByText(/The first one: .* → .*2/)).toBeInTheDocument();
  await user.click(save());
  expect(onChange).toHaveBeenCalledWith({ action: "shift_taken", shift_seconds: -88_200 });
});

test("a shift by nothing changes nothing", async () => {
  const { onChange, onClose, user } = setup(3);
  await user.click(screen.getByLabelText("Shift date and time"));
  await user.click(save());
  expect(onChange).not.toHaveBeenCalled();
  expect(onClose).toHaveBeenCalled();
});

test("a time zone alone, and what the files say", async () => {
  const { onChange, user } = setup(2);
  await user.click(screen.getByLabelText("Set time zone only"));
  await user.selectOptions(screen.getByLabelText("Time zone"), "UTC+05:45");
  await user.click(save());
  expect(onChange).toHaveBeenLastCalledWith({ action: "set_offset", offset_minutes: 345 });
  await user.click(screen.getByLabelText("Use what the file says"));
  await user.click(save());
  expect(onChange).toHaveBeenLastCalledWith({ action: "reset_taken" });
});

test("the offset at the picture's place is suggested for the date that was typed", async () => {
  const onChange = vi.fn();
  const first = { timeline_at: "2024-07-03T14:05:06", taken_at: "2024-07-03T14:05:06" };
  renderWithApp(
    <DateDialog
      count={1}
      first={first}
      zoneGuess="Europe/Rome"
      onChange={onChange}
      onClose={vi.fn()}
    />,
  );
  const user = userEvent.setup();
  await user.clear(screen.getByLabelText("Date"));
  await user.type(screen.getByLabelText("Date"), "2024-01-03");
  await user.click(screen.getByRole("button", { name: "Use UTC+01:00, as at its place" }));
  expect(screen.getByLabelText("Time zone")).toHaveDisplayValue("UTC+01:00");
  expect(screen.queryByRole("button", { name: /as at its place/ })).toBeNull();
  await user.click(save());
  expect(onChange).toHaveBeenCalledWith({
    action: "set_taken",
    taken: { at: "2024-01-03T14:05:06", offset_minutes: 60 },
  });
});
