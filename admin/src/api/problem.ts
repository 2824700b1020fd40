/** RFC 9457 problem details, as every error of the server is told. */

export interface FieldError {
  field: string;
  message: string;
  code?: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors: FieldError[];
  [extra: string]: unknown;
}

/** The server answered, and the answer was no. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** The server was not reached, so nobody knows more than before. */
export class OfflineError extends Error {
  constructor(cause: unknown) {
    super("The server cannot be reached.", { cause });
    this.name = "OfflineError";
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    type: "about:blank",
    title: response.statusText || `HTTP ${response.status}`,
    status: response.status,
    detail: `The server answered ${response.status} ${response.statusText}`.trim() + ".",
    errors: [],
  };
  try {
    const body: unknown = await response.json();
    if (typeof body !== "object" || body === null) return fallback;
    const told = body as Partial<Problem>;
    return {
      ...fallback,
      ...told,
      status: response.status,
      detail: told.detail || told.title || fallback.detail,
      errors: Array.isArray(told.errors) ? told.errors : [],
    };
  } catch {
    return fallback;
  }
}

/** Field errors by field name, the first one each, as a form wants them. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ProblemError)) return {};
  const found: Record<string, string> = {};
  for (const { field, message } of error.problem.errors) found[field] ??= message;
  return found;
}

/** The sentence to show when there is no field to show it at. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
