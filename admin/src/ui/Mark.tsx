/** A sheet folded in eight, one leaf in vermilion. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size * 0.75} height={size} viewBox="2 0 12 16" fill="none" aria-hidden focusable="false">
      <path fill="var(--vermilion)" d="M8.5 .5h5v3.75h-5z" />
      <path
        stroke="currentColor"
        strokeWidth={size > 24 ? 0.6 : 1}
        d="M2.5 .5h11v15h-11zM8 .5v15M2.5 4.25h11M2.5 8h11M2.5 11.75h11"
      />
    </svg>
  );
}
