import { createContext, useContext, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";

const Slot = createContext<{ target: HTMLElement | null; setTarget: (element: HTMLElement | null) => void }>({
  target: null,
  setTarget: () => {},
});

export function TopLineProvider({ children }: { children: ReactNode }) {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  return <Slot.Provider value={{ target, setTarget }}>{children}</Slot.Provider>;
}

/** Where the shell keeps room for the page's own line. */
export function TopLineSlot({ className }: { className?: string }) {
  const { setTarget } = useContext(Slot);
  return <div ref={setTarget} className={className} />;
}

/** What a page puts into the shell's top line: one line of chrome, never two. */
export function TopLine({ children }: { children: ReactNode }) {
  const { target } = useContext(Slot);
  return target && createPortal(children, target);
}
