/** What this browser remembers; nothing where it is not allowed to. */
export const memory = {
  get(name: string): string | undefined {
    try {
      return localStorage.getItem(`cardume-${name}`) ?? undefined;
    } catch {
      return undefined;
    }
  },
  set(name: string, text: string | undefined): void {
    try {
      if (text === undefined) localStorage.removeItem(`cardume-${name}`);
      else localStorage.setItem(`cardume-${name}`, text);
    } catch {
      // A private window, or a full store: it is forgotten then.
    }
  },
};
