/** Signs in to the demo account, for whoever opened the address that `./scripts/start --demo` printed. */
import { useEffect, useState } from "react";

import { toProblem, useSession, useSignIn } from "@/api";
import { Button, FormAlert } from "@/ui";

const EMAIL = "demo@example.org";

/** The password is in the fragment, which no server sees. */
const passwordInAddress = () =>
  new URLSearchParams(window.location.hash.replace(/^#/, "")).get("demo");

export const DemoButton = () => {
  const { mailbox: isLocal } = useSession().sign_in;
  const [password, setPassword] = useState(passwordInAddress);
  useEffect(() => {
    // Opened in a tab that shows this page, the address changes nothing but what is behind the #.
    const take = () => setPassword((before) => passwordInAddress() ?? before);
    window.addEventListener("hashchange", take);
    return () => window.removeEventListener("hashchange", take);
  }, []);
  const signIn = useSignIn();
  if (!isLocal || !password) return null;
  return (
    <div className="mb-8 space-y-3">
      <FormAlert>{signIn.error && toProblem(signIn.error).detail}</FormAlert>
      <Button
        look="primary"
        busy={signIn.isPending}
        className="w-full"
        onClick={() => signIn.mutate({ email: EMAIL, password })}
      >
        Try the demo
      </Button>
      <p className="text-center text-sm text-muted">Or sign in with an account of your own:</p>
    </div>
  );
};
