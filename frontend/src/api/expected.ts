/** What the API answers to that its OpenAPI document does not say: the mailbox of local mode, which exists nowhere else. */
import type { Session } from "./types";

type Parameters<Query = undefined> = {
  query?: Query;
  header?: undefined;
  path?: undefined;
  cookie?: undefined;
};
type Json<T> = { content: { "application/json": T } };
type Post<Body, Answer> = {
  parameters: Parameters;
  post: {
    parameters: Parameters;
    requestBody: Json<Body>;
    responses: { 200: { headers: Record<string, unknown> } & Json<Answer> };
  };
};
type Get<Answer, Query = undefined> = {
  parameters: Parameters<Query>;
  get: {
    parameters: Parameters<Query>;
    responses: { 200: { headers: Record<string, unknown> } & Json<Answer> };
  };
};

type Nothing = Record<string, never>;

export type Mail = {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  links: string[];
  at: string;
};
export type Security = {
  password: { set: boolean; stands_alone: boolean };
  passkeys: {
    id: string;
    name: string;
    created_at: string;
    last_used_at: string | null;
    is_backed_up: boolean;
  }[];
  totp: { created_at: string } | null;
  recovery_codes_left: number;
  identities: {
    id: string;
    provider: string;
    label: string;
    email: string | null;
    created_at: string;
    last_used_at: string | null;
  }[];
  pending_email: string | null;
};
export type PasswordCheck = {
  score: number;
  warning: string | null;
  suggestions: string[];
  accepted: boolean;
};
export type Invite = { email: string | null; note: string | null; by_mail: boolean };
export type WaitingLink = { provider: string; label: string; email: string };

export type ExpectedPaths = {
  "/api/auth/register": Post<{ email: string; invite?: string }, Nothing>;
  "/api/auth/welcome/look": Post<{ token: string }, { email: string }>;
  "/api/auth/welcome": Post<{ token: string; password: string }, Session>;
  "/api/auth/invites/look": Post<{ token: string }, Invite>;
  "/api/auth/invites/accept": Post<{ token: string; email: string; password: string }, Session>;
  "/api/auth/reset": Post<{ email: string }, Nothing>;
  "/api/auth/reset/look": Post<{ token: string }, { email: string }>;
  "/api/auth/reset/finish": Post<{ token: string; password: string }, Session>;
  "/api/auth/verify": Post<{ token: string }, { email: string; changed: boolean }>;
  "/api/auth/second-factor": Post<{ code: string }, Session> & {
    delete: { parameters: Parameters; responses: { 204: { headers: Record<string, unknown> } } };
  };
  "/api/auth/passkey/options": Post<Nothing, { public_key: object }>;
  "/api/auth/passkey": Post<{ credential: object; link?: boolean }, Session>;
  "/api/auth/confirm": Post<{ password?: string; code?: string }, { fresh_until: string }>;
  "/api/auth/confirm/passkey": Post<{ credential: object }, { fresh_until: string }>;
  "/api/auth/password/check": Post<{ password: string; email?: string }, PasswordCheck>;
  "/api/auth/openid/{provider}/start": {
    parameters: { path: { provider: string } };
    post: {
      parameters: { path: { provider: string } };
      requestBody: Json<{
        purpose: "sign_in" | "link" | "confirm";
        next?: string;
        invite?: string;
        link?: boolean;
      }>;
      responses: { 200: { headers: Record<string, unknown> } & Json<{ location: string }> };
    };
  };
  "/api/auth/openid/waiting": Get<WaitingLink>;
  "/api/account/security": Get<Security>;
  "/api/local/mails": Get<{ mails: Mail[] }, { to?: string }>;
};
