/** Page of the setup link that the deployment printed: creates the first administrator. */
import { useLocation } from "wouter";

import { useSession } from "@/api";

import { useLinkToken } from "../shared/use-link-token";
import { FirstAccount } from "./FirstAccount";

export const Setup = () => {
  const [, navigate] = useLocation();
  const { registration } = useSession().sign_in;
  const code = useLinkToken();
  const home = () => navigate("/", { replace: true });
  // On one machine no code is asked for while nobody has an account.
  if (registration === "first") return <FirstAccount next="/" onDone={home} />;
  return <FirstAccount next="/" code={code} onDone={home} />;
};
