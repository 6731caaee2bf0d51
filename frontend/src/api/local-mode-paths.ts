/** Routes that exist in local mode only, which the OpenAPI document does not list. */

export type Mail = {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  links: string[];
  /** When it was written. */
  at: string;
};

type Parameters = { query?: { to?: string }; header?: never; path?: never; cookie?: never };
type Mails = { content: { "application/json": { mails: Mail[] } } };

type Nothing = { query?: never; header?: never; path?: never; cookie?: never };

export type LocalPaths = {
  "/api/local/mailbox": {
    parameters: Nothing;
    post: {
      parameters: Nothing;
      requestBody: { content: { "application/json": { key: string } } };
      responses: { 204: { headers: Record<string, unknown>; content?: never } };
    };
  };
  "/api/local/mails": {
    parameters: Parameters;
    get: {
      parameters: Parameters;
      responses: { 200: { headers: Record<string, unknown> } & Mails };
    };
  };
};
