import { expect, test } from "vitest";

import { parseDate } from "./dates";

test.each([
  ["june 2024", "2024-06-30", "June 2024"],
  ["Jun 2024", "2024-06-30", "June 2024"],
  ["2019-05", "2019-05-31", "May 2019"],
  ["2019-5-3", "2019-05-03", "3 May 2019"],
  ["13  may 2019", "2019-05-13", "13 May 2019"],
  ["feb 2024", "2024-02-29", "February 2024"],
  ["2023", "2023-12-31", "2023"],
])("%s is a date", (typed, date, words) => {
  expect(parseDate(typed)).toEqual({ date, words });
});

test.each(["", "june", "ju 2024", "2019-13", "31 june 2024", "beach 2024", "12345", "2024-02-30"])(
  "%s is none",
  (typed) => {
    expect(parseDate(typed)).toBeNull();
  },
);
