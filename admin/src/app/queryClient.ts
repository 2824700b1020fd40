import { QueryClient } from "@tanstack/react-query";

import { OfflineError } from "@/api/problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays a refusal; only a lost network is worth another try.
      retry: (count, error) => error instanceof OfflineError && count < 2,
      retryDelay: 800,
    },
    mutations: { networkMode: "always" },
  },
});
