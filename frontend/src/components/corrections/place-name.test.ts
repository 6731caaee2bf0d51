import { expect, test } from "vitest";

import { placeName } from "./place-name";

test("a place is called by town, region and country, what is the same once", () => {
  const paris = { country_code: "FR", country: "France", region: "Île-de-France", town: "Paris" };
  expect(placeName(paris)).toBe("Paris, Île-de-France, France");
  expect(placeName({ ...paris, region: null, town: null })).toBe("France");
  const city = { country_code: "SG", country: "Singapore", region: null, town: "Singapore" };
  expect(placeName(city)).toBe("Singapore");
});
