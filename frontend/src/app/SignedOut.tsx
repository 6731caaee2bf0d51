/** Routes for signed-out visitors; any other path shows the sign-in page. */
import { useEffect, type ComponentType } from "react";
import { useLocation, useSearchParams } from "wouter";

import { useGiveUpSecondFactor, useSession } from "@/api";

import { forgetImports } from "@/features/upload/unfinished-storage-keys";

import {
  FirstAccount,
  ForgotPassword,
  AcceptInvitation,
  LinkProvider,
  ResetPassword,
  Register,
  RestoreAddress,
  SecondFactor,
  Setup,
  SignIn,
  VerifyEmail,
  CompleteRegistration,
} from "./lazy-auth-screens";
import { SIGNED_OUT_ROUTES, FOR_ITS_PERSON } from "./public-routes";
import { safeRedirectPath } from "./safe-redirect-path";

const LINK_PAGES: Partial<Record<string, ComponentType>> = {
  "/welcome": CompleteRegistration,
  "/invite": AcceptInvitation,
  "/new-password": ResetPassword,
  "/restore-address": RestoreAddress,
  "/verify": VerifyEmail,
  "/setup": Setup,
};

/** What the link of a mail opens. */
export const LinkPage = ({ path }: { path: string }) => {
  const Page = LINK_PAGES[path];
  return Page && <Page />;
};

/** Where to go on once signed in: what the address asks for, or simply where one is. */
export const useNext = (): string => {
  const [location] = useLocation();
  const [search] = useSearchParams();
  if (SIGNED_OUT_ROUTES.has(location)) return safeRedirectPath(search.get("next")) ?? "/";
  return safeRedirectPath(`${location}${window.location.search}`) ?? "/";
};

export const SignedOut = () => {
  // Where storage is closed to the page nothing was kept.
  useEffect(() => void forgetImports().catch(() => undefined), []);
  const { sign_in: offer, second_factor: awaited } = useSession();
  const giveUp = useGiveUpSecondFactor();
  const [location, navigate] = useLocation();
  const [search] = useSearchParams();
  const next = useNext();

  if (location === "/forgot") return <ForgotPassword />;
  if (awaited) {
    const startOver = (isLate: boolean) => {
      giveUp.mutate();
      if (!isLate) return;
      navigate(`/sign-in?problem=late&next=${encodeURIComponent(next)}`, { replace: true });
    };
    return <SecondFactor methods={awaited.methods} onStartOver={startOver} />;
  }
  if (offer.registration === "first") return <FirstAccount next={next} />;
  if (location === "/register") return <Register next={next} />;
  if (location === "/sign-in/link") return <LinkProvider next={next} />;
  // The address stays as it is while signing in, so nobody has to be sent back to it afterwards.
  const problem = FOR_ITS_PERSON.has(location) ? "sign_in_first" : search.get("problem");
  return <SignIn next={next} problem={problem} />;
};
