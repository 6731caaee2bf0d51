/** Asking the browser for passkeys: JSON in, JSON out, as the server speaks it. */
import { ApiProblem } from "../problem";

// Safari before 18.4 and Chrome before 129 have passkeys, but not the functions that read and write their JSON.
const bytesFromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
    letter.charCodeAt(0),
  );

const base64UrlFrom = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const withIds = (known: readonly PublicKeyCredentialDescriptorJSON[] | undefined) =>
  known?.map(({ id, transports }) => ({
    id: bytesFromBase64Url(id),
    type: "public-key" as const,
    ...(transports ? { transports: transports as AuthenticatorTransport[] } : {}),
  })) ?? [];

const creationOptions = (
  json: PublicKeyCredentialCreationOptionsJSON,
): PublicKeyCredentialCreationOptions => {
  if ("parseCreationOptionsFromJSON" in PublicKeyCredential) {
    return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  }
  return {
    ...json,
    challenge: bytesFromBase64Url(json.challenge),
    user: { ...json.user, id: bytesFromBase64Url(json.user.id) },
    excludeCredentials: withIds(json.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
};

const requestOptions = (
  json: PublicKeyCredentialRequestOptionsJSON,
): PublicKeyCredentialRequestOptions => {
  if ("parseRequestOptionsFromJSON" in PublicKeyCredential) {
    return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  }
  return {
    ...json,
    challenge: bytesFromBase64Url(json.challenge),
    allowCredentials: withIds(json.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
};

const responseJson = (response: AuthenticatorResponse): object => {
  const clientDataJSON = base64UrlFrom(response.clientDataJSON);
  if (response instanceof AuthenticatorAttestationResponse) {
    const attestationObject = base64UrlFrom(response.attestationObject);
    return { clientDataJSON, attestationObject, transports: response.getTransports() };
  }
  const { authenticatorData, signature, userHandle } = response as AuthenticatorAssertionResponse;
  return {
    clientDataJSON,
    authenticatorData: base64UrlFrom(authenticatorData),
    signature: base64UrlFrom(signature),
    userHandle: userHandle ? base64UrlFrom(userHandle) : null,
  };
};

const credentialJson = (credential: Credential | null): object => {
  if (!(credential instanceof PublicKeyCredential)) throw new TypeError("The browser gave none.");
  if ("toJSON" in credential) return credential.toJSON();
  const { id, rawId, type, authenticatorAttachment, response } = credential as PublicKeyCredential;
  return {
    id,
    rawId: base64UrlFrom(rawId),
    type,
    authenticatorAttachment,
    clientExtensionResults: {},
    response: responseJson(response),
  };
};

/** Browsers say little on purpose, so that no page learns which passkeys a device has. */
const problemFrom = (error: unknown): ApiProblem => {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "AbortError" || name === "NotAllowedError") {
    const detail = "The passkey was not used. The request was cancelled or timed out.";
    return new ApiProblem({ status: 0, code: "passkey_cancelled", detail });
  }
  if (name === "InvalidStateError") {
    const detail = "This device already holds a passkey for this account.";
    return new ApiProblem({ status: 0, code: "passkey_known", detail });
  }
  const detail = "This browser could not use a passkey here. Try another way.";
  return new ApiProblem({ status: 0, code: "passkey_failed", detail });
};

/** Whether this browser knows passkeys at all (on an address without TLS it does not). */
export const passkeysWork = (): boolean => "PublicKeyCredential" in globalThis;

/** Whether the browser can offer passkeys in the list that it opens under a field. */
export const passkeysAutofill = async (): Promise<boolean> =>
  passkeysWork() && (await PublicKeyCredential.isConditionalMediationAvailable());

/** Has the device make a passkey. @throws ApiProblem passkey_cancelled, passkey_known, passkey_failed */
export const createPasskey = async (publicKey: object): Promise<object> => {
  try {
    const options = creationOptions(publicKey as PublicKeyCredentialCreationOptionsJSON);
    return credentialJson(await navigator.credentials.create({ publicKey: options }));
  } catch (error) {
    throw problemFrom(error);
  }
};

type Asking = {
  /** Offers passkeys in the autofill of a field with autocomplete="… webauthn", and waits there. */
  conditional?: boolean;
  signal?: AbortSignal;
};

/** Has the device prove a passkey. @throws ApiProblem passkey_cancelled, passkey_failed */
export const getPasskey = async (
  publicKey: object,
  { conditional = false, signal }: Asking = {},
): Promise<object> => {
  try {
    const options = requestOptions(publicKey as PublicKeyCredentialRequestOptionsJSON);
    const credential = await navigator.credentials.get({
      publicKey: options,
      ...(conditional ? { mediation: "conditional" } : {}),
      ...(signal ? { signal } : {}),
    });
    return credentialJson(credential);
  } catch (error) {
    throw problemFrom(error);
  }
};
