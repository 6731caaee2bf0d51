// Judges an OpenAPI document by the recommended rules of Redocly and of Spectral; prints what they find.
import { readFile } from "node:fs/promises";
import { createConfig, lint } from "@redocly/openapi-core";
import spectralCore from "@stoplight/spectral-core";
import spectralParsers from "@stoplight/spectral-parsers";
import spectralRulesets from "@stoplight/spectral-rulesets";

const [file] = process.argv.slice(2);
const { Document, Spectral } = spectralCore;
const { Json } = spectralParsers;
const { oas } = spectralRulesets;

// A browser comes to this operation from a provider and is sent on: it never answers 2xx.
const REDIRECTS = "#/paths/~1api~1auth~1openid~1{provider}~1callback/get/responses";

const redocly = (await lint({ ref: file, config: await createConfig({ extends: ["recommended"] }) }))
  .filter(
    ({ ruleId, location }) =>
      ruleId !== "operation-2xx-response" || location[0]?.pointer !== REDIRECTS,
  )
  .map(({ ruleId, message, location }) => `redocly ${ruleId}: ${message} ${location[0]?.pointer}`);

const spectral = new Spectral();
spectral.setRuleset({ extends: [[oas, "recommended"]] });
const found = await spectral.run(new Document(await readFile(file, "utf8"), Json, file));
const told = found.map(({ code, message, path }) => `spectral ${code}: ${message} ${path.join("/")}`);

console.log([...redocly, ...told].join("\n"));
