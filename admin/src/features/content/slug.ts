/** The last part of a piece's address, while it still follows the title. Pure. */

import type { Piece } from "@/api/types";

const LONGEST = 80;

export function autoSlug(title: string): string {
  const letters = title.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "").replace(/['’]/g, "");
  const slug = letters.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return [...slug].slice(0, LONGEST).join("").replace(/-+$/, "");
}

/** The same with a number that makes it nobody else's. */
export function ownSlug(slug: string, pieceId: number): string {
  return `${[...slug].slice(0, LONGEST).join("")}-${pieceId}`;
}

/** Until readers know the address, and unless somebody chose it, it follows the title. */
export function isFollowing(piece: Pick<Piece, "id" | "kind" | "live_path">, slug: string, title: string): boolean {
  if (piece.live_path !== null) return false;
  const wanted = autoSlug(title);
  if (wanted === "") return new RegExp(`^${piece.kind.replace("_", "-")}(-\\d+)?$`).test(slug);
  return slug === wanted || slug === ownSlug(wanted, piece.id) || slug.replace(/-\d+$/, "") === wanted;
}
