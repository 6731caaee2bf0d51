import { afterEach, expect, test, vi } from "vitest";

import { createPasskey, getPasskey } from "./webauthn";

/** A browser that knows passkeys, but not their JSON. */
class OlderCredential {
  readonly type = "public-key";
  readonly authenticatorAttachment = "platform";
  readonly rawId = new Uint8Array([251, 255]).buffer;
  readonly id = "-_8";
  readonly response: object;

  constructor(response: object) {
    this.response = response;
  }
}

class Attestation {
  readonly clientDataJSON = new Uint8Array([1, 2, 3]).buffer;
  readonly attestationObject = new Uint8Array([4]).buffer;
  getTransports = () => ["internal"];
}

const assertion = {
  clientDataJSON: new Uint8Array([1, 2, 3]).buffer,
  authenticatorData: new Uint8Array([5]).buffer,
  signature: new Uint8Array([6]).buffer,
  userHandle: new Uint8Array([7]).buffer,
};

type Asked = { publicKey: Record<string, unknown> };

const browser = (answer: () => Promise<unknown>) => {
  vi.stubGlobal("PublicKeyCredential", OlderCredential);
  vi.stubGlobal("AuthenticatorAttestationResponse", Attestation);
  const asked = vi.fn<(options: Asked) => Promise<unknown>>(answer);
  vi.stubGlobal("navigator", { credentials: { create: asked, get: asked } });
  return () => asked.mock.calls[0]?.[0].publicKey;
};

afterEach(() => vi.unstubAllGlobals());

const bytes = (...values: number[]) => new Uint8Array(values);

test("an older browser gets bytes, and its new passkey is sent as JSON", async () => {
  const asked = browser(() => Promise.resolve(new OlderCredential(new Attestation())));
  const made = await createPasskey({
    challenge: "-_8",
    user: { id: "AQI", name: "ada", displayName: "Ada" },
    excludeCredentials: [{ id: "Aw", type: "public-key", transports: ["usb"] }],
  });
  expect(asked()).toMatchObject({
    challenge: bytes(251, 255),
    user: { id: bytes(1, 2), name: "ada" },
    excludeCredentials: [{ id: bytes(3), type: "public-key", transports: ["usb"] }],
  });
  expect(made).toMatchObject({
    id: "-_8",
    rawId: "-_8",
    type: "public-key",
    response: { clientDataJSON: "AQID", attestationObject: "BA", transports: ["internal"] },
  });
});

test("an older browser proves a passkey in the same way", async () => {
  const asked = browser(() => Promise.resolve(new OlderCredential(assertion)));
  const proof = await getPasskey({ challenge: "AQ", allowCredentials: [] });
  expect(asked()).toMatchObject({ challenge: bytes(1), allowCredentials: [] });
  expect(proof).toMatchObject({
    response: { authenticatorData: "BQ", signature: "Bg", userHandle: "Bw" },
  });
});

test.each([
  ["NotAllowedError", "passkey_cancelled"],
  ["AbortError", "passkey_cancelled"],
  ["InvalidStateError", "passkey_known"],
  ["SecurityError", "passkey_failed"],
])("%s of the browser is %s", async (name, code) => {
  browser(() => Promise.reject(new DOMException("no", name)));
  const user = { id: "AQ", name: "a", displayName: "a" };
  await expect(createPasskey({ challenge: "AQ", user })).rejects.toMatchObject({ code });
});
