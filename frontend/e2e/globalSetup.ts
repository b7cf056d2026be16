// Before all tests: the first account of a fresh Warren is its operator, and must be ours.
import { type FullConfig, request } from "@playwright/test";
import { OPERATOR, PASSWORD } from "./people";

async function makeOperator(config: FullConfig): Promise<void> {
  const api = await request.newContext({ baseURL: config.projects[0]?.use.baseURL ?? "" });
  // taken already means that these tests ran here before, or that somebody else was first
  await api.post("/api/v1/auth/signup", { data: { username: OPERATOR, password: PASSWORD } });
  await api.dispose();
}

export default makeOperator;
