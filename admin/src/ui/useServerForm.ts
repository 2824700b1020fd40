import { useForm, type UseFormReturnType } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { fieldErrors, ProblemError } from "@/api/problem";

interface Options<Values, Answer> {
  initial: Values;
  submit: (values: Values) => Promise<Answer>;
  onDone?: (answer: Answer) => void;
  /** Names of the server's fields that this form calls otherwise, e.g. `destination.url` to `url`. */
  fields?: Record<string, string>;
  /** Names under which errors are shown though no value has that name. */
  known?: string[];
}

interface ServerForm<Values> {
  form: UseFormReturnType<Values>;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  isPending: boolean;
  /** What to say above the buttons: null when every complaint found its field. */
  error: unknown;
  reset: () => void;
}

/** A form whose rules are the server's: its field errors appear at their fields. */
export function useServerForm<Values extends Record<string, unknown>, Answer>({
  initial,
  submit,
  onDone,
  fields = {},
  known = [],
}: Options<Values, Answer>): ServerForm<Values> {
  const form = useForm<Values>({ mode: "controlled", initialValues: initial });
  const mutation = useMutation({
    mutationFn: submit,
    onSuccess: onDone,
    onError: (error) => {
      const told = Object.entries(fieldErrors(error));
      form.setErrors(Object.fromEntries(told.map(([name, message]) => [fields[name] ?? name, message])));
    },
  });
  return {
    form,
    isPending: mutation.isPending,
    error: mutation.error && !isWhollyAtFields(mutation.error, [...Object.keys(initial), ...known], fields) ? mutation.error : null,
    onSubmit: form.onSubmit((values) => mutation.mutate(values)),
    reset: () => {
      form.reset();
      mutation.reset();
    },
  };
}

function isWhollyAtFields(error: unknown, shown: string[], fields: Record<string, string>): boolean {
  if (!(error instanceof ProblemError) || error.problem.errors.length === 0) return false;
  return error.problem.errors.every(({ field }) => shown.includes(fields[field] ?? field));
}
