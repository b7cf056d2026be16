import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Login, Me, Signup } from "../../contracts.gen";
import { get, post } from "../../shared/http";
import { forgetKept } from "../../shared/keptStore";
import { Refused } from "../../shared/problem";

const ME = ["me"] as const;

/** Who is signed in: data is null when nobody is. */
export function useMe() {
  return useQuery({ queryKey: ME, queryFn: readMe, staleTime: Number.POSITIVE_INFINITY });
}

/** Log in; the answer is the person. */
export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (login: Login) => post<Me>("/auth/login", login),
    onSuccess: (me) => client.setQueryData(ME, me),
  });
}

/** Sign up, which logs in too. */
export function useSignup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (signup: Signup) => post<Me>("/auth/signup", signup),
    onSuccess: (me) => client.setQueryData(ME, me),
  });
}

/** Log out: the session ends at the server, and nothing written stays in this browser. */
export function useLogout() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: endSession,
    onSuccess: () => {
      client.setQueryData(ME, null);
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
      forgetKept();
    },
  });
}

/** Return what to call when the server says that the session is gone: the login page follows. */
export function useSessionGone(): () => void {
  const client = useQueryClient();
  return () => client.setQueryData(ME, null);
}

async function endSession(): Promise<void> {
  try {
    await post<void>("/auth/logout");
  } catch (error) {
    if (!isSessionGone(error)) throw error; // the cookie still lives: nobody is signed out
  }
}

async function readMe(): Promise<Me | null> {
  try {
    return await get<Me>("/auth/me");
  } catch (error) {
    if (isSessionGone(error)) return null;
    throw error;
  }
}

function isSessionGone(error: unknown): boolean {
  return error instanceof Refused && error.problem.status === 401;
}
