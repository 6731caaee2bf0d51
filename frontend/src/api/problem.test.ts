import { expect, test } from "vitest";

import { ApiProblem, problemFromAnswer, toProblem } from "./problem";

test("a problem document keeps its code, its sentence and the first message of each field", () => {
  const problem = problemFromAnswer(422, {
    type: "about:blank",
    title: "Unprocessable",
    status: 422,
    code: "validation_failed",
    detail: "Check the fields.",
    errors: [
      { location: "body", field: "email", message: "Not an address." },
      { location: "body", field: "email", message: "Too long." },
      { location: "body", field: "images.0.size", message: "Too large." },
      { location: "body", field: 7, message: "nonsense" },
    ],
  });
  expect(problem).toBeInstanceOf(ApiProblem);
  expect(problem).toMatchObject({
    status: 422,
    code: "validation_failed",
    detail: "Check the fields.",
    fields: { email: "Not an address.", "images.0.size": "Too large." },
  });
});

test.each([
  [502, "<html>Bad gateway</html>", /is not available right now/],
  [413, undefined, /did not accept/],
  [500, { code: 3 }, /is not available right now/],
])("an answer of %s that is no problem document gets words from us", (status, body, words) => {
  const problem = problemFromAnswer(status, body);
  expect(problem.code).toBe("unexpected_answer");
  expect(problem.detail).toMatch(words);
});

test("no answer at all is called unreachable", () => {
  expect(toProblem(new TypeError("Failed to fetch"))).toMatchObject({
    status: 0,
    code: "unreachable",
  });
});

test("a problem stays itself; anything else becomes one without leaking its text", () => {
  const problem = problemFromAnswer(404, {
    code: "not_found",
    detail: "There is no such picture.",
  });
  expect(toProblem(problem)).toBe(problem);
  expect(toProblem(new Error("secret inner words")).detail).not.toContain("secret");
});
