/** Short names for what the API speaks of; the shapes are generated from its OpenAPI document. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type User = Schemas["User"];
export type Account = Schemas["Account"];
export type Credentials = Schemas["Credentials"];
export type Image = Schemas["Image"];
export type ImageDetail = Schemas["ImageDetail"];
export type ImageChanges = Schemas["ImageChanges"];
export type ImagePage = Schemas["ImagePage"];
export type ImageState = Image["state"];
export type Failure = Schemas["Failure"];
export type Camera = Schemas["Camera"];
export type Description = Schemas["Description"];
export type NewImage = Schemas["NewImage"];
export type Place = Schemas["Places"]["places"][number];
