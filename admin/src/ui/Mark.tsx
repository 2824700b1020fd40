/** A sheet folded in eight, one leaf in vermilion: the same drawing as the blog's. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={(size * 30) / 22} height={size} viewBox="1 1 30 22" fill="none" aria-hidden focusable="false">
      <path fill="var(--vermilion)" d="M16 2h7v10h-7z" />
      <path stroke="currentColor" d="M2 2h28v20H2zM2 12h28M9 2v20M16 2v20M23 2v20" />
    </svg>
  );
}
