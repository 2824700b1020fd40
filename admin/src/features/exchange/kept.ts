import type { ImportOptions, ImportRun } from "@/api/types";

/** What a dry run was about, so that the same file can be imported without choosing it again. */
export interface Kept {
  format: ImportRun["format"];
  file: File;
  options: ImportOptions;
}

/** By the id of the dry run; gone with the tab, as the server keeps no file of a dry run. */
export const keptFiles = new Map<number, Kept>();
