import { useQuery } from "@tanstack/react-query";
import type { PageUserView, UserView } from "../../contracts.gen";
import { get } from "../../shared/http";

const REFRESH_MS = 5_000; // a bot file that was just saved shows up while one looks

/** The people and bots whose name holds query; the empty query gives the first hundred. */
export function useUsers(query: string) {
  return useQuery({
    queryKey: ["users", query],
    queryFn: async (): Promise<readonly UserView[]> => {
      const page = await get<PageUserView>("/users", { q: query, limit: 100 });
      return page.items;
    },
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
  });
}
