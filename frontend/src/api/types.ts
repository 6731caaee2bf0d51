/** Short names for what the API speaks of; the shapes are generated from its OpenAPI document. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["SessionOut"];
export type User = Schemas["UserOut"];
export type Account = Schemas["AccountOut"];
export type Credentials = Schemas["LoginIn"];
export type Image = Schemas["ImageOut"];
export type ImageDetail = Schemas["ImageDetail"];
export type ImageChanges = Schemas["ImagePatch"];
export type ImagePage = Schemas["ImagesOut"];
export type ImageState = Image["state"];
export type Failure = Schemas["Failure"];
export type Camera = Schemas["Camera"];
export type Description = Schemas["DescriptionOut"];
export type NewImage = Schemas["NewImage"];
export type Place = Schemas["PlacesOut"]["places"][number];
