/** Signing in with a passkey: by a button, and in the list that the browser opens under the e-mail field. */
import { useEffect, useState } from "react";

import { passkeysAutofill, toProblem, usePasskeySignIn } from "@/api";

/** The question that the browser holds in readiness is good for some minutes only: ask anew before that. */
const RENEW_MS = 4 * 60_000;

/** `link`: what waits in this browser is linked along with it. */
export const usePasskeyPrompt = ({ link = false } = {}) => {
  const offered = usePasskeySignIn();
  const pressed = usePasskeySignIn();
  const { mutate: offer } = offered;
  const isPressed = pressed.isPending;
  const [round, setRound] = useState(0);

  useEffect(() => {
    // A browser answers one question at a time.
    if (isPressed) return;
    const stop = new AbortController();
    void passkeysAutofill().then((can) => {
      if (can && !stop.signal.aborted) offer({ conditional: true, link, signal: stop.signal });
    });
    const timer = setTimeout(() => setRound((before) => before + 1), RENEW_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [isPressed, link, offer, round]);

  const failed = pressed.error ?? offered.error;
  const problem = failed && toProblem(failed);
  return {
    press: () => pressed.mutate({ link }),
    isBusy: isPressed,
    /** Nothing is said of what the person called off themselves. */
    complaint: problem && problem.code !== "passkey_cancelled" ? problem.detail : undefined,
  };
};
